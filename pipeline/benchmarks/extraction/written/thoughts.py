"""What a model wrote to be read, without its thoughts.

Thoughts weigh answers and drop them again: nothing in them is the answer. They are marked in many
ways, and the opening mark is often part of the prompt, so that only the closing one is written.
"""

import re
from dataclasses import dataclass
from typing import Final

_NAMES = (
    r"(?:seed:)?(?:think(?:ing)?|thoughts?|reasoning|reflection|scratch_?pad|analysis|"
    r"inner_monologue|cot|internal)"
)
_MARK: Final = re.compile(
    rf"(?P<open><\s?{_NAMES}\s?>|\[think\]|\u25c1think\u25b7|<\|begin_of_thought\|>|"
    r"<\|start_thinking\|>|<unused94>(?:thought)?|<\|channel\|>\s?(?:analysis|commentary)\b)|"
    rf"(?P<close><\s?/\s?{_NAMES}\s?>|\[/think\]|\u25c1/think\u25b7|<\|end_of_thought\|>|"
    r"<\|end_thinking\|>|<unused95>|<\|channel\|>\s?final\b(?:<\|message\|>)?)|"
    r"(?P<answer>^[ ]{0,3}<(?:final_?)?answer>|"
    r"^[ ]{0,3}\#{1,6}[ ]?[*_]{0,2}(?:(?:the|my)[ ])?(?:final[ ](?:answer|response)|answer)\b)|"
    r"(?P<heading>^[ ]{0,3}\#{1,6}[ ]?[*_]{0,2}(?:thinking(?:[ ]process)?|thoughts?(?:[ ]process)?|"
    r"chain[ ]of[ ]thought|internal[ ]reasoning)\b[^\n]{0,40}$)|"
    r"(?P<label>^[ ]{0,3}[*_]{0,2}final[ ](?:answer|response)\b)",
    re.IGNORECASE | re.MULTILINE,
)
# The channels of gpt-oss, where the special tokens were dropped in decoding.
_JOINED_OPEN: Final = re.compile(r"\s*analysis(?=[A-Z])")
_JOINED_CLOSE: Final = "assistantfinal"


@dataclass(frozen=True, slots=True)
class Visible:
    """What was written to be read; `unclosed` where the text ends within a thought."""

    text: str
    unclosed: bool


def without_thoughts(text: str) -> Visible:
    """The text outside thoughts.

    A closing mark that nothing opened ends a thought that began with the text. A thought under a
    heading ends at the heading of the answer; a tagged one ends there too where no tag ends it.
    """
    if _JOINED_OPEN.match(text):
        found, answer = text.rpartition(_JOINED_CLOSE)[1:]
        return Visible(answer, False) if found else Visible("", True)
    shown: list[str] = []
    start, opener = 0, ""
    for mark in _MARK.finditer(text):
        kind = str(mark.lastgroup)
        if opener and _closes(kind, opener):
            opener, start = "", mark.end() if kind == "close" else mark.start()
        elif not opener and kind == "close":
            shown, start = [], mark.end()
        elif not opener and kind in ("open", "heading"):
            shown.append(text[start : mark.start()])
            opener = kind
    if not opener:
        shown.append(text[start:])
    return Visible("\n".join(shown), bool(opener))


def _closes(kind: str, opener: str) -> bool:
    return kind in ("close", "answer") or (kind == "label" and opener == "heading")
