"""Which questions of a benchmark stand in another set too, exactly or nearly."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.benchmarks.identity import AskedKey, asked_key, question_wording
from pipeline.core.datasets.sameness import same_text
from pipeline.core.duplicates.near_duplicates import NearDuplicates
from pipeline.core.records import Question

Kind = Literal["exact", "near"]
SAME = 100.0


@dataclass(frozen=True, slots=True)
class Hit:
    """A benchmark's question, by its position (from 0), that another question repeats.

    `exact`: both ask the same of the same options, in any order; `near`: they are near
    duplicates, `score` 75 to 100 (100 for one stem with other options).
    """

    position: int
    kind: Kind
    score: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """A question of the benchmark (by id) and the one of the other set that is most like it.

    `kind` and `score` as in `Hit`. `same_key`: both have the same answer.
    """

    question: str
    other: str
    kind: Kind
    score: float
    same_key: bool

    @property
    def rank(self) -> tuple[bool, float]:
        """What the most alike of several is chosen by."""
        return self.kind == "exact", self.score


class Lookup:
    """A benchmark's questions, ready to be asked which of them another question repeats.

    Memory grows with the benchmark alone, about 4 KB a question.
    """

    def __init__(self, questions: Sequence[Question]) -> None:
        self.questions = questions
        self._texts = NearDuplicates([question_wording(question) for question in questions])
        self._exact: dict[AskedKey, list[int]] = {}
        for position, question in enumerate(questions):
            self._exact.setdefault(asked_key(question), []).append(position)

    def hits(self, other: Question) -> Iterator[Hit]:
        """Every question that the other repeats, exactly or nearly."""
        exact = self._exact.get(asked_key(other), ())
        for position in exact:
            yield Hit(position, "exact", SAME)
        for near in self._texts.all_near(question_wording(other)):
            if near.position not in exact:
                yield Hit(near.position, "near", round(near.score, 1))


def overlaps(questions: Sequence[Question], others: Iterable[Question]) -> list[Overlap]:
    """The questions of a benchmark that stand among `others` too, in the benchmark's order."""
    return most_alike(Lookup(questions), others)


def most_alike(lookup: Lookup, others: Iterable[Question]) -> list[Overlap]:
    """`overlaps` of a benchmark that is looked up already.

    Of several others the most alike is named, the first of equals; they are not held in memory.
    """
    found: dict[int, Overlap] = {}
    for other in others:
        for hit in lookup.hits(other):
            overlap = _overlap(lookup.questions[hit.position], other, hit)
            known = found.get(hit.position)
            if known is None or overlap.rank > known.rank:
                found[hit.position] = overlap
    return [found[position] for position in sorted(found)]


def _overlap(question: Question, other: Question, hit: Hit) -> Overlap:
    same_key = same_text(question.answer_text) == same_text(other.answer_text)
    return Overlap(question.id_in_source, other.id_in_source, hit.kind, hit.score, same_key)
