"""Made and kept traces counted apart by what their number alone hides."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from pipeline.core.records.questions import STANCES
from pipeline.models import Batch, Question, Trace


@dataclass(frozen=True)
class AnswerLine:
    """Traces of the questions with one answer key."""

    answer: str
    settled: int
    made: int
    kept: int


@dataclass(frozen=True)
class Breakdown:
    """Counts of current traces towards the answer key.

    `ends_at_explanation`: made traces whose paths reach only entities of the source's
    explanation, and how many of these were kept. `unmasked`: made traces in which the second
    reader saw what gives an option away. `answers`: by answer key where keys are a few stances
    (yes, no, maybe), else empty.
    """

    made: int
    ends_at_explanation: int
    kept_at_explanation: int
    unmasked: int
    answers: tuple[AnswerLine, ...]

    @property
    def is_worth_showing(self) -> bool:
        return bool(self.answers or self.ends_at_explanation or self.unmasked)


def breakdown_of(batches: Sequence[Batch]) -> Breakdown:
    """Count the batches' current traces towards the key, together."""
    traces = Trace.objects.of_key().filter(batch__in=batches, is_current=True)
    at_explanation = Q(features__reaches_answer=False)
    counts = traces.filter(state=Trace.State.MADE).aggregate(
        made=Count("pk"),
        ends_at_explanation=Count("pk", filter=at_explanation),
        kept_at_explanation=Count("pk", filter=at_explanation & Q(kept=True)),
        unmasked=Count("pk", filter=Q(features__unmasked=True)),
    )
    return Breakdown(**counts, answers=_by_answer(traces) if _are_stances(batches) else ())


def _are_stances(batches: Sequence[Batch]) -> bool:
    questions = Question.objects.filter(question_set__batches__in=batches).order_by()
    texts = questions.values_list("answer_text", flat=True).distinct()[: 2 * len(STANCES)]
    return bool(texts) and {text.strip().casefold() for text in texts} <= STANCES


def _by_answer(traces: QuerySet[Trace]) -> tuple[AnswerLine, ...]:
    settled, made, kept = Counter[str](), Counter[str](), Counter[str]()
    rows = traces.filter(state__in=(Trace.State.MADE, Trace.State.FAILED)).order_by()
    for text, was_kept, count in rows.values_list("question__answer_text", "kept").annotate(
        Count("pk")
    ):
        answer = text.strip().casefold()
        settled[answer] += count
        made[answer] += count if was_kept is not None else 0
        kept[answer] += count if was_kept else 0
    return tuple(
        AnswerLine(answer, count, made[answer], kept[answer])
        for answer, count in sorted(settled.items(), key=lambda pair: (-pair[1], pair[0]))
    )
