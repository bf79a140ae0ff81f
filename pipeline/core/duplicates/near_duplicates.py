"""Near duplicates: which question of a set is nearly the same as another question.

Questions are compared without case, punctuation and spacing. Shared word triples propose pairs,
rapidfuzz's `ratio` (normalised Indel similarity, 0 to 100) decides. Two stems of
a dozen words or more are compared alone, so that other options hide nothing; of shorter ones
both the stems and the wholes, options in alphabetical order, must be alike. Where the threshold
comes from: docs/decisions/0022.
"""

import re
import unicodedata
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from pipeline.core.characters import plain

NEAR = 75.0
LONG_STEM = 12
TRIPLE = 3
# A changed word breaks three triples: nearly equal texts still share far more than this.
SHARED = 0.15
# Of texts of more different lengths the ratio cannot reach the threshold: 2m / (m + M) < 0.75.
SHORTEST = NEAR / (200 - NEAR)
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Wording:
    """A question as it is compared: its stem, and the stem with its options in order."""

    stem: str
    whole: str

    @property
    def is_long(self) -> bool:
        return self.stem.count(" ") + 1 >= LONG_STEM


@dataclass(frozen=True, slots=True)
class Near:
    """The nearest question: its position in the set (from 0) and the similarity, 0 to 100."""

    position: int
    score: float


def wording_of(text: str, options: Iterable[str]) -> Wording:
    """A question's wording; the order of the options does not matter."""
    stem = _plain(text)
    return Wording(stem, " ".join((stem, *sorted(map(_plain, options)))))


def similarity(first: Wording, second: Wording, *, at_least: float = 0.0) -> float:
    """How alike two questions are, from 0 to 100; 0 for what is less than `at_least`."""
    stems = fuzz.ratio(first.stem, second.stem, score_cutoff=at_least)
    if stems < at_least or (first.is_long and second.is_long):
        return stems
    return min(stems, fuzz.ratio(first.whole, second.whole, score_cutoff=at_least))


class NearDuplicates:
    """A set of questions, ready to be asked which of them is nearest to another question."""

    def __init__(self, wordings: Sequence[Wording]) -> None:
        self._wordings = wordings
        triples = [_triples(wording) for wording in wordings]
        self._sizes = np.array([len(codes) for codes in triples], dtype=np.int64)
        owners = np.repeat(np.arange(len(triples), dtype=np.int32), self._sizes)
        codes = np.concatenate(triples) if triples else np.empty(0, np.uint32)
        order = np.argsort(codes, kind="stable")
        self._codes, self._owners = codes[order], owners[order]
        self._ends = np.cumsum(self._sizes)
        self._lengths = np.array([len(wording.stem) for wording in wordings], dtype=np.int64)

    @cached_property
    def _places(self) -> NDArray[np.int32]:
        """Where each question's own triples stand among the codes, question by question."""
        return np.argsort(self._owners, kind="stable").astype(np.int32)

    @cached_property
    def _starts(self) -> NDArray[np.int32]:
        """For each place where its code begins: up to the place stand the earlier questions."""
        return np.searchsorted(self._codes, self._codes, "left").astype(np.int32)

    def nearest(self, wording: Wording) -> Near | None:
        """The nearest question at or above the threshold, the first of equals; else None."""
        found = self.all_near(wording)
        return max(found, key=lambda near: (near.score, -near.position), default=None)

    def all_near(self, wording: Wording) -> Iterator[Near]:
        """Every question at or above the threshold, in the order of the set."""
        for position in self._proposed(wording):
            score = similarity(wording, self._wordings[position], at_least=NEAR)
            if score >= NEAR:
                yield Near(position, score)

    def proposed_before(self, position: int) -> list[int]:
        """Questions of the set before this one that may be near to it, by triples and length."""
        size, end = int(self._sizes[position]), int(self._ends[position])
        own = slice(end - size, end)
        places = self._places[own]
        found = self._sharing(self._starts[places], places, size, position)
        lengths, length = self._lengths[found], self._lengths[position]
        alike = np.minimum(lengths, length) >= SHORTEST * np.maximum(lengths, length)
        return [int(i) for i in found[alike]]

    def are_near(self, first: int, second: int) -> bool:
        """Whether two questions of the set are near duplicates."""
        return similarity(self._wordings[first], self._wordings[second], at_least=NEAR) >= NEAR

    def _proposed(self, wording: Wording) -> list[int]:
        """Positions of the questions that share enough word triples."""
        triples = _triples(wording)
        low = np.searchsorted(self._codes, triples, "left")
        high = np.searchsorted(self._codes, triples, "right")
        return [int(i) for i in self._sharing(low, high, len(triples), len(self._sizes))]

    def _sharing(
        self, low: NDArray[np.integer], high: NDArray[np.integer], size: int, count: int
    ) -> NDArray[np.int64]:
        """Which of the first `count` questions stand often enough between `low` and `high`."""
        owners = [self._owners[a:b] for a, b in zip(low, high, strict=True) if b > a]
        if not owners:
            return np.empty(0, dtype=np.int64)
        shared = np.bincount(np.concatenate(owners), minlength=count)
        enough = np.maximum(1, SHARED * np.minimum(size, self._sizes[:count]))
        return np.flatnonzero(shared >= enough)


def _plain(text: str) -> str:
    return " ".join(_WORDS.findall(unicodedata.normalize("NFKC", plain(text)).casefold()))


def _triples(wording: Wording) -> NDArray[np.uint32]:
    """Codes of the distinct word triples; a collision proposes a pair and decides nothing."""
    words = wording.whole.split()
    last = max(1, len(words) - TRIPLE + 1)
    texts = {" ".join(words[i : i + TRIPLE]) for i in range(last)}
    return np.array([zlib.crc32(text.encode()) for text in texts], dtype=np.uint32)
