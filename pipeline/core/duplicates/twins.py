"""Twins: traces on the same question that say the same in the same words.

Same words: alike without case, punctuation, spacing and the numbers of steps. Nearly the same:
alike also without articles and words that only join sentences ("the", "therefore"). Every other
word, digit and sign counts, in its order: one changed word is another statement. There is no
threshold, so twins of twins are twins. Why: docs/decisions/0041.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from pipeline.core.characters import plain

# Goes up with every change of what counts as the same: studies record it.
RULE: Final = 1
# "A" and "an" are not among them: hepatitis A and AN are names, whatever their case.
_EMPTY_WORDS = """
    the this that these also then thus therefore hence accordingly consequently furthermore
    moreover additionally finally indeed
"""
EMPTY_WORDS: Final = frozenset(_EMPTY_WORDS.split())
# Words and numbers fall apart ("5mg" is "5 mg", "IL-2" is "IL2"); 1.5, .5, 150/90 and 1:10 do not.
_TOKEN = re.compile(r"(?:(?<!\w)\.)?\d+(?:[.,:/]\d+)*|[^\W\d_]+|[^\w\s]")
# A hyphen that says minus, up to, or negative ("Rh-"); any other only joins words.
_MINUS = re.compile(r"(?<![^\W_])-(?=\.?\d)|(?<=\d)-(?=\d)|(?<=[^\W_])-(?![\w-])")
_STEP_NUMBER = re.compile(r"[\s*_#]*(?:step\s*)?\(?(\d+)[*_]*(?:[.):]+[*_]*|\s+-)\s+", re.I)
# By Unicode they are punctuation, and they change what is said.
_SAYS_SOMETHING: Final = frozenset("%?&\u2030")
_SAYS_NOTHING: Final = frozenset("`")
# Texts of a batch share their words: what was found of one is kept.
TOKENS_KEPT: Final = 100_000


@dataclass(frozen=True, slots=True)
class Twin:
    """A trace that is left out: the one kept in its place; whether its words are the same."""

    kept: int
    exact: bool


def find_twins(texts: Mapping[int, str], rank: Callable[[int], Any]) -> dict[int, Twin]:
    """The twins among traces of one question, by id; the one with the least rank is kept.

    `rank` gives anything that sorts ((not graded, not kept), say); of equals the lowest id stays.
    A text without a word is nobody's twin.
    """
    groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
    words = {pk: same_words(text) for pk, text in texts.items()}
    for pk, tokens in words.items():
        if tokens:
            groups[nearly_same_words(tokens)].append(pk)
    found: dict[int, Twin] = {}
    for group in groups.values():
        kept = min(group, key=lambda pk: (rank(pk), pk))
        found |= {pk: Twin(kept, words[pk] == words[kept]) for pk in group if pk != kept}
    return found


def same_words(text: str) -> tuple[str, ...]:
    """The words, numbers and signs of a chain of thought, in order: equal for the same words."""
    return tuple(token for line in _unnumbered(text) for token in _tokens(line))


def nearly_same_words(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """Those that carry meaning; all of them where none does."""
    return tuple(token for token in tokens if token not in EMPTY_WORDS) or tokens


def _unnumbered(text: str) -> list[str]:
    """The lines; a number at the beginning is a step's only where it counts the lines so far."""
    lines, steps = [], 0
    for line in plain(text).splitlines():
        number = _STEP_NUMBER.match(line)
        if number and int(number[1]) == steps + 1:
            steps, line = steps + 1, line[number.end() :]
        lines.append(line)
    return lines


def _tokens(line: str) -> list[str]:
    written = _MINUS.sub("\u2212", unicodedata.normalize("NFC", line)).casefold()
    return [token for token in _TOKEN.findall(written) if _counts(token)]


@lru_cache(maxsize=TOKENS_KEPT)
def _counts(token: str) -> bool:
    """Whether it is more than punctuation: a word, a number, or a sign such as "<" or an arrow."""
    if token in _SAYS_SOMETHING:
        return True
    is_mark = unicodedata.category(token[0]) in ("Cc", "Cf") or _is_punctuation(token)
    return not is_mark and token not in _SAYS_NOTHING


def _is_punctuation(token: str) -> bool:
    return len(token) == 1 and unicodedata.category(token).startswith("P")
