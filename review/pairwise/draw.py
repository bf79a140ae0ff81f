"""Drawing pairs: two traces on the same question, from two of a study's batches."""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from pipeline import store
from pipeline.core.duplicates.twins import nearly_same_words, same_words
from pipeline.core.errors import Refusal
from pipeline.core.records import CoT
from pipeline.models import Batch, Question, Trace
from review.sampling.draw import allocate, traces_with_cot

# What makes two questions the same, in whichever question sets: text, context, options, key.
Asked = tuple[object, ...]
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two traces on one question, by id, the first of the earlier batch; and their stratum."""

    first: int
    second: int
    stratum: str


@dataclass(frozen=True, slots=True)
class DrawnPair:
    """A pair with the known chance with which it was drawn within its stratum."""

    pair: Pair
    probability: float


@dataclass(frozen=True, slots=True)
class Pairable:
    """All pairs of two batches that can be compared, by stratum; and how many are twins.

    Twins say the same in nearly the same words: there is nothing to compare, and they are left out.
    """

    name: str
    strata: Mapping[str, tuple[Pair, ...]]
    twins: int

    @property
    def size(self) -> int:
        return sum(map(len, self.strata.values()))


def pairable(
    batches: Sequence[Batch], *, include_discarded: bool, seed: int
) -> tuple[Pairable, ...]:
    """What can be compared of every two of these batches, in their order.

    A question that a batch answered several times is in it once, by one sample at random.
    """
    generator = random.Random(f"samples:{seed}")
    in_order = sorted(batches, key=lambda batch: batch.pk)
    found = [_of_batch(batch, include_discarded, generator) for batch in in_order]
    shared = {trace for rows in combinations(found, 2) for trace in _on_shared(*rows)}
    words = _words(shared)
    return tuple(
        _pairable(one, other, traces, others, words)
        for (one, traces), (other, others) in combinations(zip(in_order, found, strict=True), 2)
    )


def draw_pairs(
    population: Sequence[Pairable], *, size: int | None, seed: int
) -> tuple[DrawnPair, ...]:
    """Draw `size` pairs at random within strata, as many of every two batches, one more or less.

    None: as many as every two batches have. Raises Refusal where two of them have too few.
    """
    generator = random.Random(f"pairs:{seed}")
    drawn: list[DrawnPair] = []
    for of_two, wanted in zip(population, _shares(population, size), strict=True):
        available = {stratum: len(pairs) for stratum, pairs in of_two.strata.items()}
        for stratum, take in sorted(allocate(available, wanted, minimum=0).items()):
            pairs = of_two.strata[stratum]
            chosen = generator.sample(pairs, take)
            drawn += [DrawnPair(pair, take / len(pairs)) for pair in chosen]
    return tuple(drawn)


def _shares(population: Sequence[Pairable], size: int | None) -> list[int]:
    """How many pairs each two batches get."""
    fewest = min(population, key=lambda of_two: of_two.size)
    if not fewest.size:
        raise Refusal(
            f"Batches {fewest.name} have no question in common on which both have a chain of "
            "thought, in different words."
        )
    if size is None:
        return [fewest.size] * len(population)
    each, more = divmod(size, len(population))
    wanted = [each + (number < more) for number in range(len(population))]
    if any(count > of_two.size for count, of_two in zip(wanted, population, strict=True)):
        raise Refusal(
            f"Batches {fewest.name} have {fewest.size:,} pairs: ask for at most "
            f"{fewest.size * len(population):,}, as many of every two batches.",
            field="size",
        )
    return wanted


def _of_batch(
    batch: Batch, include_discarded: bool, generator: random.Random
) -> dict[Asked, Trace]:
    """One trace of the batch for each question, with its question."""
    samples: dict[Asked, list[Trace]] = defaultdict(list)
    for row in traces_with_cot([batch], include_discarded=include_discarded):
        samples[_asked(row.question)].append(row)
    return {asked: generator.choice(rows) for asked, rows in samples.items()}


def _asked(question: Question) -> Asked:
    options = tuple(map(tuple, question.options))
    what = question.asked_sha256 or question.content_sha256
    return what, options, question.answer_label, question.answer_text


def _on_shared(rows: Mapping[Asked, Trace], others: Mapping[Asked, Trace]) -> Iterable[int]:
    for asked in rows.keys() & others.keys():
        yield from (rows[asked].pk, others[asked].pk)


def _words(traces: Iterable[int]) -> dict[int, Words]:
    """The words of each trace's chain of thought, read a trace at a time: records are large."""
    rows = Trace.objects.filter(pk__in=list(traces)).iterator(100)
    return {row.pk: words_of(store.trace_record(row).cot) for row in rows}


def words_of(cot: CoT | None) -> Words:
    """A chain of thought as twins are compared: the words that carry meaning, in order."""
    texts = (*(step.text for step in cot.steps), cot.conclusion) if cot else ()
    return nearly_same_words(same_words("\n".join(texts)))


def _pairable(
    batch: Batch,
    other: Batch,
    rows: Mapping[Asked, Trace],
    others: Mapping[Asked, Trace],
    words: Mapping[int, Words],
) -> Pairable:
    name = f"{batch.pk} and {other.pk}"
    strata: dict[str, list[Pair]] = defaultdict(list)
    twins = 0
    # In the order of the first batch's traces: sets have none that a seed could fix.
    for asked, row in rows.items():
        rival = others.get(asked)
        if rival is None:
            continue
        if words[row.pk] == words[rival.pk]:
            twins += 1
            continue
        stratum = f"batches {name}, {row.question.question_set.source}"
        strata[stratum].append(Pair(row.pk, rival.pk, stratum))
    return Pairable(name, {stratum: tuple(pairs) for stratum, pairs in strata.items()}, twins)
