"""What a call took in tokens, as far as what the endpoint tells of it can be true.

Charged is never less than the larger of the total told and its parts. Zeros, negative numbers
and more than a prompt of so many bytes can have are no figures: the count is unknown then, and
whoever keeps a budget charges the most that the call may have taken.
"""

import json
import re
from typing import Any

from pipeline.core.llm.base import Request, Usage

UNKNOWN = Usage(None, None)
# A chat template's own tokens, and the sentences that present a schema where it joins the text.
_TOKENS_PER_MESSAGE, _TOKENS_PER_CALL = 64, 512
# Some servers count thoughts beyond the limit, some ignore it; far more was never written.
_FAR, _FAR_TOKENS = 4, 4096
# No tokenizer of a language model reads more characters a token, over a text of some length.
_MOST_CHARACTERS, _USUAL_CHARACTERS = 8, 5
_SHORT_PROMPT = 500
# What is left of a prompt whose beginning a server holds in its cache, and does not count.
_FEW_TOKENS = 32
_USUAL_WINDOWS = frozenset(2**power for power in range(11, 18))
_RUN = re.compile(r"(\S)\1{3,}")


def read_usage(told: Any, request: Request) -> Usage:
    """The tokens of a call; None for what is not told or cannot be true."""
    counts = told if isinstance(told, dict) else {}
    read = _count(counts, "prompt_tokens", "input_tokens")
    written = _count(counts, "completion_tokens", "output_tokens")
    read, written = _with_cached(counts, read), _with_reasoning(counts, written)
    total = _count(counts, "total_tokens")
    most_read, most_written = max_input_tokens(request), _most_written(request)
    if (total or 0) > most_read + most_written:
        return UNKNOWN
    if total is not None and read is not None:
        written = max(written or 0, total - read) or None
    return Usage(_up_to(most_read, read), _up_to(most_written, written))


def max_input_tokens(request: Request) -> int:
    """A bound that no tokenizer exceeds: the request's bytes, and what frames them."""
    texts = sum(len(message.content.encode()) for message in request.messages)
    frame = _TOKENS_PER_MESSAGE * len(request.messages) + _TOKENS_PER_CALL
    return texts + len(json.dumps(request.schema).encode()) + frame


def least_tokens(text: str) -> int:
    """A bound that no tokenizer falls below: blanks and runs of one sign may be one token."""
    return len(_RUN.sub(r"\1\1\1", " ".join(text.split()))) // _MOST_CHARACTERS


def was_read_in_part(request: Request, read: int | None, context_tokens: int | None) -> bool:
    """Whether the tokens that an endpoint says it read are fewer than the prompt can have.

    Only the last message counts, for a server may hold the beginning in its cache and leave it
    out; so may it the whole of a prompt that comes again, which a repair does.
    """
    if read is None or request.repair or read < _FEW_TOKENS:
        return False
    if context_tokens is not None and read >= context_tokens:
        return True
    text = request.messages[-1].content
    if len(text) < _SHORT_PROMPT:
        return False
    is_a_window = read in _USUAL_WINDOWS
    usual = least_tokens(text) * _MOST_CHARACTERS // _USUAL_CHARACTERS
    return read < least_tokens(text) or (is_a_window and read < usual)


def _count(counts: dict[str, Any], *names: str) -> int | None:
    """The first of these counts that is one: a whole number above 0."""
    for name in names:
        value = counts.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            whole = value > 0 and value != float("inf") and value == int(value)
            return int(value) if whole else None
    return None


def _with_cached(counts: dict[str, Any], read: int | None) -> int | None:
    """Some servers leave cached tokens out of the prompt's: then these are the larger part."""
    details = counts.get("prompt_tokens_details")
    cached = _count(details, "cached_tokens") if isinstance(details, dict) else None
    return read + cached if read and cached and cached > read else read


def _with_reasoning(counts: dict[str, Any], written: int | None) -> int | None:
    """Likewise for tokens of reasoning."""
    details = counts.get("completion_tokens_details")
    thought = _count(details, "reasoning_tokens") if isinstance(details, dict) else None
    return written + thought if written and thought and thought > written else written


def _most_written(request: Request) -> int:
    return request.max_output_tokens * _FAR + _FAR_TOKENS


def _up_to(most: int, count: int | None) -> int | None:
    return count if count is not None and count <= most else None
