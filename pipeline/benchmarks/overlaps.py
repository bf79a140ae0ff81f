"""Which questions of a benchmark stand in another set too, exactly or nearly."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline.benchmarks.identity import AskedKey, asked_key, question_wording
from pipeline.core.datasets.sameness import same_text
from pipeline.core.duplicates.near_duplicates import NearDuplicates
from pipeline.core.records import Question

SAME = 100.0


@dataclass(frozen=True, slots=True)
class Overlap:
    """A question of the benchmark (by id) and the one of the other set that is most like it.

    `exact`: both ask the same of the same options, in any order; `near`: they are near
    duplicates, `score` 75 to 100. `same_key`: both have the same answer.
    """

    question: str
    other: str
    kind: Literal["exact", "near"]
    score: float
    same_key: bool

    @property
    def rank(self) -> tuple[bool, float]:
        """What the most alike of several is chosen by."""
        return self.kind == "exact", self.score


class OverlapSearch:
    """A benchmark, ready to be shown the questions of another set one by one.

    Keeps, of each of its questions, the most alike that it has seen: memory grows with the
    benchmark alone. `found` has one entry at most for each of its questions, by position.
    """

    def __init__(self, questions: Sequence[Question]) -> None:
        self._questions = questions
        self._texts = NearDuplicates([question_wording(question) for question in questions])
        self._exact: dict[AskedKey, list[int]] = {}
        for position, question in enumerate(questions):
            self._exact.setdefault(asked_key(question), []).append(position)
        self.found: dict[int, Overlap] = {}

    def see(self, other: Question) -> None:
        """Compare one question of the other set with the whole benchmark; the first of equals
        stays."""
        exact = self._exact.get(asked_key(other), ())
        for position in exact:
            self._keep(position, other, "exact", SAME)
        for near in self._texts.all_near(question_wording(other)):
            if near.position not in exact:
                self._keep(near.position, other, "near", round(near.score, 1))

    def _keep(
        self, position: int, other: Question, kind: Literal["exact", "near"], score: float
    ) -> None:
        question = self._questions[position]
        same_key = same_text(question.answer_text) == same_text(other.answer_text)
        overlap = Overlap(question.id_in_source, other.id_in_source, kind, score, same_key)
        known = self.found.get(position)
        if known is None or overlap.rank > known.rank:
            self.found[position] = overlap


def overlaps(questions: Sequence[Question], others: Iterable[Question]) -> list[Overlap]:
    """The questions of a benchmark that stand among `others` too, in the benchmark's order."""
    search = OverlapSearch(questions)
    for other in others:
        search.see(other)
    return [search.found[position] for position in sorted(search.found)]
