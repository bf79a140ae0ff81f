"""Whether a text names an option only to exclude it: "metformin rather than insulin".

Cues stand directly before the option or a list of other options ("not B, C or D"), or directly
after it. What is not plainly excluded counts as named.
"""

import re
from collections.abc import Set as AbstractSet

from pipeline.core.filtering.conclusion.option_names import NamedOptions, Naming

_BEFORE = re.compile(
    r"\b(?:rather than|instead of|not|nor|neither|unlike|as opposed to|in contrast to|excludes?|"
    r"excluding|rul(?:es?|ing) out|eliminat(?:es?|ing)|over|against)$"
)
_AFTER = re.compile(
    r"(?:(?:is|are|was|were|can be|could be|have been|has been) (?:not|therefore |thus )*"
    r"(?:not|excluded|eliminated|ruled out|wrong|incorrect|unlikely|out)\b|"
    r"(?:does|do|did|would|could|can|should|will) not\b|fails?\b)"
)
_WRONG = re.compile(
    r"(?:is|are) (?:wrong|incorrect|excluded|eliminated|ruled out|not (?:the )?answer)"
)
_UNWANTED = re.compile(
    r"(?:is|are) (?:contraindicated|unsuitable|inappropriate|harmful|not (?!only))|"
    r"(?:must|should) (?:not|be (?:avoided|stopped|withheld))\b|"
    r"(?:would|will|does|do|can) not (?:help|work|fit|apply|explain)"
)
_ARTICLES = ("the", "a", "an", "option", "options", "choice", "choices", "answer", "with", "either")
_LIST_WORDS = frozenset((*_ARTICLES, ",", "or", "and", "(", ")", "nor"))
_PHRASE_WORDS = frozenset(_ARTICLES)
# As many words as a cue may have.
_REACH = 6


def is_excluded(named: NamedOptions, naming: Naming, key: int, *, asks_to_avoid: bool) -> bool:
    """Whether another option than the key is named here only to exclude it.

    Where the question asks what to avoid, "is contraindicated" and the like exclude nothing, so
    only cues before the name count.
    """
    others = {at for one in named.namings if one.option != key for at in range(*one.span)}
    if _BEFORE.search(_text_before(named, naming, _LIST_WORDS, others)):
        return True
    return not asks_to_avoid and bool(_AFTER.match(_text_after(named, naming, _LIST_WORDS, others)))


def key_is_excluded(named: NamedOptions, naming: Naming, *, asks_to_avoid: bool) -> bool:
    """Whether the key is named here only to exclude it; other options beside it do not matter.

    What must be avoided is the answer where the question asks for it.
    """
    before = _text_before(named, naming, _PHRASE_WORDS, frozenset())
    after = _text_after(named, naming, _PHRASE_WORDS, frozenset())
    unwanted = not asks_to_avoid and _UNWANTED.match(after)
    return bool(_BEFORE.search(before) or _WRONG.match(after) or unwanted)


def _text_before(
    named: NamedOptions, naming: Naming, skipped: AbstractSet[str], others: AbstractSet[int]
) -> str:
    """The words before a naming, without those that only join it to a list of other options."""
    at = naming.span[0]
    while at and (named.words[at - 1].normal in skipped or at - 1 in others):
        at -= 1
    return _text(named, max(0, at - _REACH), at)


def _text_after(
    named: NamedOptions, naming: Naming, skipped: AbstractSet[str], others: AbstractSet[int]
) -> str:
    at, end = naming.span[1], len(named.words)
    while at < end and (named.words[at].normal in skipped or at in others):
        at += 1
    return _text(named, at, min(end, at + _REACH))


def _text(named: NamedOptions, start: int, end: int) -> str:
    return " ".join(word.written.casefold() for word in named.words[start:end])
