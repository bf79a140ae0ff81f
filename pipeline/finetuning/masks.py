"""Which tokens of a row carry loss, as TRL 1.16 has it.

TRL (`SFTTrainer._prepare_dataset`, `DPOTrainer._prepare_dataset`) renders the prompt with the
generation prompt, and prompt and response together without it; the loss begins at the first token
in which the two differ. So it goes wrong where a template renders the prompt in two ways: the
response begins too early (loss on what the user said) or without what the model will be shown
before its answer. `RenderedRow` says where.

Reads release rows and a transformers tokenizer; imports nothing of the rest of the project.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from .refused import Refused

Messages = Sequence[Mapping[str, Any]]


class RowError(Refused):
    """A row cannot be rendered or tokenized; the message names the row and the reason."""


@dataclass(frozen=True, slots=True)
class RenderedRow:
    """A prompt and one response to it, as tokens and as the text they come of.

    `tokens` of the whole; loss is on those from `loss_from`. `lost`: the end of the prompt, as the
    model will see it, that stands nowhere in the whole. `opening`: what the template puts between
    the prompt and the response's own text, with loss on it. `whole_response`: the response's text
    stands in the whole as it is (but for white space at its ends). `merged`: a token holds the end
    of the prompt and the beginning of the response.
    """

    tokens: tuple[int, ...]
    loss_from: int
    lost: str
    opening: str
    whole_response: bool
    merged: bool

    @property
    def response(self) -> tuple[int, ...]:
        """The tokens that carry loss, before anything is cut."""
        return self.tokens[self.loss_from :]

    def trained(self, max_length: int | None) -> tuple[int, ...]:
        """The tokens that carry loss once the row is cut at its maximum length."""
        return self.tokens[self.loss_from : max_length]

    @property
    def asks_with_loss(self) -> bool:
        """Whether part of the prompt, rendered anew, is learned as if the model had said it."""
        return bool(self.lost and self.opening.strip())


def render(
    tokenizer: Any, prompt: Messages, responses: Sequence[Messages], **template: Any
) -> list[RenderedRow]:
    """A row for each response to the prompt. One response: SFT; two: a preference pair.

    The responses of a pair share a beginning, the shorter of the two that the template gives.
    `template`: further variables of the chat template, as TRL takes them from the column
    `chat_template_kwargs`. Raises whatever a template raises for messages that it refuses.
    """
    asked = _text(tokenizer, prompt, add_generation_prompt=True, **template)
    wholes = [_text(tokenizer, [*prompt, *response], **template) for response in responses]
    asked_ids, *whole_ids = _tokens(tokenizer, [asked, *wholes])
    loss_from = min(common_length(asked_ids, ids) for ids in whole_ids)
    return [
        _rendered(asked, whole, tuple(ids), loss_from, len(asked_ids), response)
        for whole, ids, response in zip(wholes, whole_ids, responses, strict=True)
    ]


def common_length(one: Sequence[Any], other: Sequence[Any]) -> int:
    """How many members two sequences of one type have in common from the start."""
    if other[: len(one)] == one:
        return len(one)
    pairs = zip(one, other, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def control_tokens(tokenizer: Any) -> tuple[str, ...]:
    """Texts that the tokenizer reads as one control token wherever they stand, longest first.

    Special tokens, and added ones that the chat template writes. In a question or a chain of
    thought they would end a turn or open another.
    """
    template = str(tokenizer.chat_template or "")
    added = tokenizer.added_tokens_decoder.values()
    found = {
        str(token.content)
        for token in added
        if token.special or (token.content in template and token.content.strip())
    }
    return tuple(sorted(found, key=lambda text: (-len(text), text)))


def texts(messages: Iterable[Mapping[str, Any]]) -> list[str]:
    """What is said in each of the messages."""
    return [str(message.get("content") or "") for message in messages]


def _text(tokenizer: Any, messages: Messages, **template: Any) -> str:
    return str(tokenizer.apply_chat_template(list(messages), tokenize=False, **template))


def _tokens(tokenizer: Any, rendered: Sequence[str]) -> list[list[int]]:
    """As `apply_chat_template(tokenize=True)` makes them: the template writes special tokens."""
    found = tokenizer(list(rendered), add_special_tokens=False, verbose=False)["input_ids"]
    return [list(ids) for ids in found]


def _rendered(
    asked: str,
    whole: str,
    tokens: tuple[int, ...],
    loss_from: int,
    asked_tokens: int,
    said: Messages,
) -> RenderedRow:
    shared = common_length(asked, whole)
    lost = asked[shared:]
    place = _place(whole, texts(said), shared)
    return RenderedRow(
        tokens=tokens,
        loss_from=loss_from,
        lost=lost,
        opening="" if place is None else whole[shared:place],
        whole_response=place is not None,
        merged=not lost and loss_from < asked_tokens,
    )


def _place(whole: str, said: Sequence[str], start: int) -> int | None:
    """Where what is said begins in the whole; None unless all of it stands there, in order."""
    first, end = None, start
    for text in map(str.strip, said):
        found = whole.find(text, end)
        if found < 0 or not text:
            return None
        first = found if first is None else first
        end = found + len(text)
    return first
