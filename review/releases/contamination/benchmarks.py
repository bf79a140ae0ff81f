"""Contamination: questions of a release that a loaded benchmark asks too, by id or by text."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.core.duplicates.near_duplicates import NEAR, NearDuplicates, Wording, wording_of
from pipeline.models import Question
from pipeline.sources.described_files import sources_without_ids

CONTAMINATED = "benchmark question by id or text"
SAME = 100.0


@dataclass(frozen=True, slots=True)
class Match:
    """A question and the benchmark question it is; `score` 0 to 100.

    `by` id or text; where a benchmark is looked for in releases: id, exact or near.
    """

    question: str
    benchmark: str
    benchmark_question: str
    by: str
    score: float


class Benchmarks:
    """Every question of every set that is marked as a benchmark, as they are now.

    `sizes`: questions by the sets' names. Memory grows with them, hardly with what is checked.
    """

    def __init__(self) -> None:
        wordings: list[Wording] = []
        self._names: list[tuple[str, str]] = []
        self._by_id: dict[tuple[str, str], int] = {}
        self.sizes: dict[str, int] = {}
        self._without_ids = sources_without_ids()
        rows = Question.objects.filter(question_set__is_benchmark=True).order_by("pk")
        for row in rows.select_related("question_set").iterator():
            benchmark = row.question_set.name
            self.sizes[benchmark] = self.sizes.get(benchmark, 0) + 1
            if self._has_own_id(row):
                self._by_id.setdefault((row.question_set.source, row.id_in_source), len(wordings))
            self._names.append((benchmark, row.id_in_source))
            wordings.append(_wording(row))
        self._texts = NearDuplicates(wordings)
        self._found: dict[int, Match | None] = {}

    @property
    def facts(self) -> Mapping[str, object]:
        """What was checked against, for the manifest."""
        return {"benchmarks": self.sizes, "threshold": NEAR}

    def match(self, question: Question) -> Match | None:
        """The benchmark question that this one is, by id first; None where there is none.

        An id that is only a place in a file says nothing: there the text alone counts. Samples
        of one question are looked up once.
        """
        if not self.sizes:
            return None
        if question.pk not in self._found:
            self._found[question.pk] = self._look_up(question)
        return self._found[question.pk]

    def _look_up(self, question: Question) -> Match | None:
        named = (question.question_set.source, question.id_in_source)
        if self._has_own_id(question) and named in self._by_id:
            return self._match(question, self._by_id[named], "id", SAME)
        near = self._texts.nearest(_wording(question))
        return None if near is None else self._match(question, near.position, "text", near.score)

    def _has_own_id(self, question: Question) -> bool:
        return question.question_set.source not in self._without_ids

    def _match(self, question: Question, position: int, by: str, score: float) -> Match:
        benchmark, identifier = self._names[position]
        return Match(str(question), benchmark, identifier, by, round(score, 1))


def _wording(question: Question) -> Wording:
    return wording_of(question.text, [text for _, text in question.options])
