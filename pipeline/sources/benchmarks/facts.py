"""What pages say of benchmarks: what was worked out, and whether it is still so."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.models import BenchmarkIdentity, QuestionSet
from pipeline.sources.benchmarks.identities import identity_of, is_current, is_identified


@dataclass(frozen=True, slots=True)
class KnownRepeat:
    """Questions that ask the same: id and key of each."""

    questions: tuple[tuple[str, str], ...]
    has_one_key: bool


@dataclass(frozen=True, slots=True)
class KnownOverlap:
    """How many questions of a benchmark stand in another set, and the first of them."""

    question_set: QuestionSet
    exact: int
    near: int
    other_key: int
    pairs: tuple[Mapping[str, Any], ...]

    @property
    def count(self) -> int:
        return self.exact + self.near


@dataclass(frozen=True, slots=True)
class BenchmarkFacts:
    """A benchmark and what is known of it.

    `is_identified`: its hash and counts are of its present questions. `is_current`: so are its
    overlaps with every other set.
    """

    question_set: QuestionSet
    identity: BenchmarkIdentity
    is_identified: bool
    is_current: bool
    overlaps: tuple[KnownOverlap, ...]

    @property
    def options(self) -> str:
        """How many options its questions have, in words: "4", "4 (100), 5 (208)", "2 to 22"."""
        counts = {int(number): count for number, count in self.identity.options.items()}
        if len(counts) < 2:
            return "".join(map(str, counts)) or "none"
        if len(counts) > 3:
            return f"{min(counts)} to {max(counts)}"
        return ", ".join(f"{number} ({counts[number]:,})" for number in sorted(counts))

    @property
    def repeats(self) -> list[KnownRepeat]:
        """Its repeats, the first of many."""
        return [
            KnownRepeat(tuple(zip(ids, keys, strict=True)), len(set(keys)) == 1)
            for ids, keys in self.identity.repeats
        ]

    @property
    def contradicting(self) -> int:
        """How many of the repeats listed have more than one key."""
        return sum(not repeat.has_one_key for repeat in self.repeats)


def benchmark_facts(rows: Iterable[QuestionSet]) -> list[BenchmarkFacts]:
    """What is known of these benchmarks. One query for all sets; fetch `identity` with the rows."""
    sets = {row.pk: row for row in QuestionSet.objects.all()}
    return [_facts(row, sets) for row in rows]


def _facts(row: QuestionSet, sets: Mapping[int, QuestionSet]) -> BenchmarkFacts:
    identity = identity_of(row)
    return BenchmarkFacts(
        row,
        identity,
        is_identified=is_identified(identity),
        is_current=is_current(identity, sets.values()),
        overlaps=tuple(_overlaps(identity, sets)),
    )


def _overlaps(
    identity: BenchmarkIdentity, sets: Mapping[int, QuestionSet]
) -> Iterator[KnownOverlap]:
    """The overlaps found, most questions first."""
    found = [
        KnownOverlap(
            sets[int(pk)], facts["exact"], facts["near"], facts["other_key"], tuple(facts["pairs"])
        )
        for pk, facts in identity.overlaps.items()
        if int(pk) in sets and facts["pairs"]
    ]
    yield from sorted(found, key=lambda overlap: (-overlap.count, overlap.question_set.name))
