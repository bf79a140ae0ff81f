"""Findings that a vignette denies: "denies fever, chills or cough" speaks of no fever.

A simple rule in the spirit of NegEx (Chapman et al. 2001): a trigger opens a span that ends at
the clause's end, at a turning word, or after a few words.
"""

import re

_TRIGGER = re.compile(
    r"\b(?:no|denies|denied|denying|without|negative for|absence of|rules? out|free of)\b",
    re.IGNORECASE,
)
_END = re.compile(
    r"[.;:?!]|\b(?:but|however|although|except|who|which|that|with|because|despite|and (?:a|an|has|"
    r"is|was|he|she|they|his|her)|after|he|she|in)\b",
    re.IGNORECASE,
)
_MAX_SPAN_LENGTH = 90


def denied_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Character spans of the text within which a finding is denied."""
    return tuple(_span(text, trigger.end()) for trigger in _TRIGGER.finditer(text))


def _span(text: str, start: int) -> tuple[int, int]:
    limit = min(len(text), start + _MAX_SPAN_LENGTH)
    end = _END.search(text, start, limit)
    return start, end.start() if end else limit
