"""The other questions of a batch, from whose chains of thought a reader answers as a baseline."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from pipeline import store
from pipeline.core.checks.readings import MAX_OTHER_QUESTIONS
from pipeline.core.checks.sampling import fraction_of
from pipeline.core.config import MethodConfig
from pipeline.core.datasets.sameness import asked_sha256
from pipeline.core.records import Question
from pipeline.models import Batch
from pipeline.models import Question as QuestionRow


class OtherQuestions:
    """For a question, some others of its batch with as many options, each with its own key.

    All questions with as many options stand in a ring, ordered by seed; a question's others are
    those that follow it there. So they are the same whichever arm, worker or thread asks.
    """

    def __init__(self, batch: Batch, config: MethodConfig) -> None:
        self._batch, self._config = batch, config
        self._rings: dict[int, list[tuple[float, int, str]]] | None = None

    def __call__(self, question: Question) -> Iterator[Question]:
        """At most MAX_OTHER_QUESTIONS, read one by one as they are asked for."""
        for pk in islice(self._following(question), MAX_OTHER_QUESTIONS):
            row = QuestionRow.objects.select_related("question_set").get(pk=pk)
            yield store.question_record(row)

    def _following(self, question: Question) -> Iterator[int]:
        if self._rings is None:
            self._rings = self._read()
        ring = self._rings.get(len(question.options), [])
        own = fraction_of("other_cot", question, self._config)
        after = sum(place <= own for place, _, _ in ring)
        asked = asked_sha256(question.text, question.context)
        for _, pk, asks in (*ring[after:], *ring[:after]):
            if asks != asked:  # also where a set holds it twice
                yield pk

    def _read(self) -> dict[int, list[tuple[float, int, str]]]:
        """By the number of options: places in the ring, questions, and what they ask."""
        rings: dict[int, list[tuple[float, int, str]]] = defaultdict(list)
        rows = QuestionRow.objects.filter(pk__in=self._batch.traces.values("question"))
        columns = ("pk", "question_set__source", "id_in_source", "options", "asked_sha256")
        for pk, source, id_in_source, options, asks in rows.values_list(*columns).iterator(2000):
            known = Question(source, id_in_source, "", (), answer_label=None, answer_text="")
            place = fraction_of("other_cot", known, self._config)
            rings[len(options)].append((place, pk, asks))
        return {options: sorted(ring) for options, ring in rings.items()}
