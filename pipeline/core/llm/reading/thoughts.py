"""A model's thoughts told from its answer by the marks around them.

Some chat templates put the opening mark into the prompt, so that a text begins within a thought
and holds only the closing one. A text that is JSON as a whole holds no thoughts: what looks like
a mark in it is part of a string.
"""

import json
import re
from collections.abc import Iterable

Marker = tuple[str, str]
# Of DeepSeek, Qwen, GLM and most others; of EXAONE; Mistral; MedGemma; Seed; Kimi; OpenThinker;
# Command A; Apertus.
KNOWN: tuple[Marker, ...] = (
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("[THINK]", "[/THINK]"),
    ("<unused94>", "<unused95>"),
    ("<seed:think>", "</seed:think>"),
    ("◁think▷", "◁/think▷"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|inner_prefix|>", "<|inner_suffix|>"),
)
# gpt-oss: channels of its Harmony format, with their marks or, as some servers strip these, by
# their bare names; an answer in JSON may be announced as such.
_FINAL_CHANNEL = re.compile(r"<\|channel\|>\s*final\s*(?:<\|constrain\|>\s*\w+\s*)?<\|message\|>")
_ANY_CHANNEL = re.compile(r"\A\s*(?:<\|start\|>\s*assistant\s*)?<\|channel\|>")
_BARE_CHANNELS = re.compile(r"\A\s*analysis(?P<thought>.*?)assistant\s*final", re.DOTALL)
# Marks of an end that should have been swallowed by the server, and of an answer's own place.
_END = re.compile(
    r"(?:\s*(?:<\|(?:return|end|im_end|eot_id|END_RESPONSE|end_of_solution)\|>|</s>|<eos>"
    r"|<end_of_turn>|</answer>|<\uff5cend\u2581of\u2581sentence\uff5c>))+\s*\Z"
)
_BEGIN = re.compile(r"\A\s*(?:<\|START_RESPONSE\|>|<\|begin_of_solution\|>|<answer>)\s*")
_ANSWER_BEGINS = ("{", "[", "```", "<|START_RESPONSE|>", "<|begin_of_solution|>", "<answer>")


def without_thoughts(text: str, stated: Iterable[Marker] = ()) -> tuple[str, str]:
    """The answer in a text and the thoughts before it; `stated` are marks beside the known."""
    if _is_json(text):
        return text, ""
    split = next(filter(None, (_split(text, marker) for marker in (*stated, *KNOWN))), None)
    answer, thought = split or _of_channels(text) or (text, "")
    answer = _END.sub("", _BEGIN.sub("", answer))
    return answer if answer == text else answer.strip(), thought.strip()


def _split(text: str, marker: Marker) -> tuple[str, str] | None:
    """At the first end of a thought before an answer; None where the marks do not occur.

    A model that thinks about its own marks may name them; its last one is the end then.
    """
    opening, closing = marker
    opens = text.lstrip().startswith(opening)
    inside = text.lstrip().removeprefix(opening) if opens else text
    ends = [match.start() for match in re.finditer(re.escape(closing), inside)]
    if not ends:
        return ("", inside) if opens else None
    after = {end: inside[end + len(closing) :] for end in ends}
    end = next((end for end in ends if after[end].lstrip().startswith(_ANSWER_BEGINS)), ends[-1])
    return after[end], inside[:end]


def _of_channels(text: str) -> tuple[str, str] | None:
    final = _FINAL_CHANNEL.search(text)
    if final:
        return text[final.end() :], text[: final.start()]
    if _ANY_CHANNEL.match(text):
        return "", text
    bare = _BARE_CHANNELS.match(text)
    return (text[bare.end() :], bare["thought"]) if bare else None


def _is_json(text: str) -> bool:
    stripped = text.strip().removeprefix("```json").removeprefix("```").removesuffix("```")
    try:
        json.loads(stripped)
    except (ValueError, RecursionError):
        return False
    return True
