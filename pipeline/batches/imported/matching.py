"""Which question of a set an imported row asks: found by its words, told apart by all else."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from pipeline import store
from pipeline.core.datasets.sameness import asked_sha256
from pipeline.core.imports.formats import ImportedRow
from pipeline.core.imports.same_question import objection
from pipeline.models import Question, QuestionSet

SAID_TWICE = "Several questions of the set ask this: name the id in a column of the file."


class NoMatch(ValueError):
    """The row belongs to no question of the set; `is_asked`: a question has the same words."""

    def __init__(self, reason: str, *, is_asked: bool) -> None:
        super().__init__(reason)
        self.is_asked = is_asked


class QuestionIndex:
    """The questions of a set by their words: a digest and a row id of each are in memory.

    A row without context finds a question that has one, for published chains leave the abstract
    or vignette out; a row with another context does not.
    """

    def __init__(self, questions: QuestionSet) -> None:
        self._name = questions.name
        self._by_words: dict[bytes, list[int]] = defaultdict(list)
        self._by_id: dict[str, int] = {}
        found = questions.questions.order_by("pk").values_list("pk", "id_in_source", "text")
        for pk, id_in_source, text in found.iterator(chunk_size=1000):
            self._by_words[_words(text)].append(pk)
            self._by_id[id_in_source] = pk

    def candidates(self, rows: Sequence[ImportedRow]) -> dict[int, Question]:
        """The questions with the words of these rows, by row id."""
        keys = {pk for row in rows for pk in self._by_words.get(_words(row.question), ())}
        return Question.objects.select_related("question_set").in_bulk(sorted(keys))

    def question_of(self, row: ImportedRow, candidates: Mapping[int, Question]) -> Question:
        """The question that the row asks, among the `candidates` of its block.

        Raises NoMatch where there is none, where several are left, or where the one that it asks
        has other options or another key.
        """
        asked = [
            candidates[pk]
            for pk in self._by_words.get(_words(row.question), ())
            if _same_context(row, candidates[pk])
        ]
        if not asked:
            raise NoMatch(self._unknown(row), is_asked=False)
        objections = {one.pk: objection(row, store.question_record(one)) for one in asked}
        fitting = [one for one in asked if not objections[one.pk]]
        if not fitting:
            raise NoMatch(objections[asked[0].pk], is_asked=True)
        if len(fitting) > 1:
            fitting = [one for one in fitting if one.id_in_source == row.id_in_source]
        if len(fitting) != 1:
            raise NoMatch(SAID_TWICE, is_asked=True)
        return fitting[0]

    def _unknown(self, row: ImportedRow) -> str:
        if row.id_in_source and row.id_in_source in self._by_id:
            return f"The question of this id in {self._name} has other words."
        return f"Its question is not in {self._name}."


def _words(text: str) -> bytes:
    return bytes.fromhex(asked_sha256(text, ""))[:16]


def _same_context(row: ImportedRow, question: Question) -> bool:
    return not row.context or asked_sha256(row.question, row.context) == question.asked_sha256
