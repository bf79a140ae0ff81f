"""The words of a text and where they stand, so that texts of options are found whole, never within.

Case, brackets and most punctuation do not count, nor does a hyphen between words. Numbers keep
their point ("2.5" is not "2"), and signs that carry meaning stay: a minus, a plus, a per cent.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_WORD: Final = re.compile(r"\d+(?:[.,:/]\d+)*|[^\W\d_]+|[^\w\s]")
_SILENT: Final = frozenset(".,;:!?'\"()[]{}`*_\\\u2026\u2014\u2013")
ARTICLES: Final = frozenset({"the", "a", "an"})


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one text, casefolded, and where each begins and ends."""

    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def at(self, position: int) -> int:
        """Which word is the first to begin at a position of the text or behind it."""
        return bisect_left(self.starts, position)


def words_of(text: str) -> Words:
    """The words of a canonical text, in one pass."""
    found = [(m.group().casefold(), m.start(), m.end()) for m in _counting(text)]
    words, starts, ends = zip(*found, strict=True) if found else ((), (), ())
    return Words(words, starts, ends)


def _counting(text: str) -> Iterator[re.Match[str]]:
    for match in _WORD.finditer(text):
        sign = match.group()
        if sign == "-" and not _is_minus(text, match.start()):
            continue
        if sign not in _SILENT:
            yield match


def _is_minus(text: str, at: int) -> bool:
    """Whether a hyphen is a sign of its own: "-5" and "Rh-", but not "beta-blocker" or " - "."""
    before, after = text[at - 1 : at].isalnum(), text[at + 1 : at + 2]
    return before != after.isalnum() and (before or after.isdigit())
