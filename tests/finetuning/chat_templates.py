"""Chat templates with the structure of published ones, and a tokenizer for them.

Written for these tests: the special tokens, and what stands around a message, are those of the
models named; the words of their system messages are not. `TURNS` says the same a second time, as
the pieces of text that a conversation becomes and whether loss belongs on each.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

UNKNOWN = "<unk>"
_LLAMA_HEAD = "<|start_header_id|>"
_LLAMA_TEXT = "<|end_header_id|>\n\n"
_LLAMA = (
    "{% for message in messages %}<|start_header_id|>{{ message.role }}<|end_header_id|>\n\n"
    "{{ message.content | trim }}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)
_CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_CHATML_SYSTEM = (
    "{% if messages[0].role != 'system' %}<|im_start|>system\nYou answer.<|im_end|>\n{% endif %}"
)
_NO_THOUGHT = "<think>\n\n</think>\n\n"
_QWEN3 = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{% if message.role == 'assistant' and loop.last %}<think>\n\n</think>\n\n{% endif %}"
    "{{ message.content.split('</think>')[-1] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_MISTRAL = (
    "<s>{% for message in messages %}{% if message.role == 'user' %}[INST] {{ message.content }}"
    "[/INST]{% else %} {{ message.content }}</s>{% endif %}{% endfor %}"
)
_R1 = (
    "<｜begin▁of▁sentence｜>{% for message in messages %}{% if message.role == 'user' %}"
    "<｜User｜>{{ message.content }}{% else %}"
    "<｜Assistant｜>{{ message.content.split('</think>')[-1] }}<｜end▁of▁sentence｜>{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}<｜Assistant｜><think>\n{% endif %}"
)


class Turns(NamedTuple):
    """What stands around what is said; `learned` stand around the last answer, with loss."""

    begin: str
    user: tuple[str, str]
    assistant: tuple[str, str]
    opens: str
    learned: tuple[str, str]
    end: str


_LLAMA_TURNS = Turns(
    begin="<|begin_of_text|>",
    user=(f"{_LLAMA_HEAD}user{_LLAMA_TEXT}", "<|eot_id|>"),
    assistant=(f"{_LLAMA_HEAD}assistant{_LLAMA_TEXT}", "<|eot_id|>"),
    opens=f"{_LLAMA_HEAD}assistant{_LLAMA_TEXT}",
    learned=("", "<|eot_id|>"),
    end="<|eot_id|>",
)
_CHATML_TURNS = Turns(
    begin="",
    user=("<|im_start|>user\n", "<|im_end|>\n"),
    assistant=("<|im_start|>assistant\n", "<|im_end|>\n"),
    opens="<|im_start|>assistant\n",
    learned=("", "<|im_end|>\n"),
    end="<|im_end|>",
)
_LLAMA_31 = (
    f"<|begin_of_text|>{_LLAMA_HEAD}system{_LLAMA_TEXT}Known until one day.\n"
    "Today is another.\n\n<|eot_id|>"
)
TEMPLATES: Mapping[str, str] = MappingProxyType(
    {
        "llama3": f"<|begin_of_text|>{_LLAMA}",
        "llama3.1": f"{_LLAMA_31}{_LLAMA}",
        "qwen2.5": f"{_CHATML_SYSTEM}{_CHATML}",
        "qwen3": _QWEN3,
        "mistral": _MISTRAL,
        "r1-distill": _R1,
    }
)
TURNS: Mapping[str, Turns] = MappingProxyType(
    {
        "llama3": _LLAMA_TURNS,
        "llama3.1": _LLAMA_TURNS._replace(begin=_LLAMA_31),
        "qwen2.5": _CHATML_TURNS._replace(begin="<|im_start|>system\nYou answer.<|im_end|>\n"),
        "qwen3": _CHATML_TURNS._replace(learned=(_NO_THOUGHT, "<|im_end|>\n")),
        "mistral": Turns(
            begin="<s>",
            user=("[INST] ", "[/INST]"),
            assistant=(" ", "</s>"),
            opens="",
            learned=(" ", "</s>"),
            end="</s>",
        ),
        "r1-distill": Turns(
            begin="<｜begin▁of▁sentence｜>",
            user=("<｜User｜>", ""),
            assistant=("<｜Assistant｜>", "<｜end▁of▁sentence｜>"),
            opens="<｜Assistant｜>",
            learned=("", "<｜end▁of▁sentence｜>"),
            end="<｜end▁of▁sentence｜>",
        ),
    }
)
SPECIAL = (
    *("<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
    *("<|im_start|>", "<|im_end|>", "<s>", "</s>", "[INST]", "[/INST]"),
    *("<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜User｜>", "<｜Assistant｜>"),
    *("<think>", "</think>"),
)


def word_tokenizer(texts: Iterable[str], template: str, end: str) -> Any:
    """A tokenizer to which each word, mark and run of white space of these texts is a token."""
    from tokenizers import Regex, Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Split
    from transformers import PreTrainedTokenizerFast

    split = Split(Regex(r"\s+|\w+|[^\w\s]+"), "isolated")
    around = [*TEMPLATES.values(), template, "user assistant system", *("\n", "\n\n", " ")]
    found = {piece for text in (*texts, *around) for piece, _ in split.pre_tokenize_str(text)}
    known = {piece: place for place, piece in enumerate((UNKNOWN, *sorted(found)))}
    made = Tokenizer(WordLevel(known, unk_token=UNKNOWN))
    made.pre_tokenizer = split
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=made, unk_token=UNKNOWN, eos_token=end, pad_token=UNKNOWN
    )
    tokenizer.add_special_tokens({"additional_special_tokens": list(SPECIAL)})
    tokenizer.chat_template = template
    return tokenizer


def pieces(
    turns: Turns, prompt: Sequence[Mapping[str, str]], response: str
) -> list[tuple[str, bool]]:
    """A row under a template, as texts and whether loss belongs on them."""
    said = [(turns.begin, False)]
    for message in prompt:
        before, after = turns.user if message["role"] == "user" else turns.assistant
        said.append((f"{before}{message['content'].strip()}{after}", False))
    opening, end = turns.learned
    return [*said, (turns.opens, False), (f"{opening}{response}{end}", True)]
