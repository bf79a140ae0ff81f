"""What an evaluation came to: its settled items as the scoring reads them, and the figures."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pipeline.benchmarks.extraction import READ_STAGES, UNREAD_STAGES
from pipeline.benchmarks.scoring.outcomes import NOT_ANSWERED, Answers, Asked, Outcome
from pipeline.benchmarks.scoring.scores import Scores, score
from pipeline.models import Evaluation, EvaluationItem, Question

SETTLED = (EvaluationItem.State.MADE, EvaluationItem.State.FAILED)
# What scoring reads of an item: texts are long, and instances of a model slow.
COLUMNS = (
    *("question_id", "cluster", "order_index", "sample_index", "shown"),
    *("letter", "label", "key_label", "stage", "state"),
)


def answers_of(evaluation: Evaluation, questions: Sequence[Question] | None = None) -> Answers:
    """Every question that the evaluation was to ask, and the outcome of each settled item.

    `questions`: its `asked_questions`, where they were read already.
    """
    questions = asked_questions(evaluation) if questions is None else questions
    items: list[Any] = list(evaluation.answers.order_by("pk").values_list(*COLUMNS, named=True))
    numbers = {question.pk: number for number, question in enumerate(questions)}
    return Answers(
        evaluation.name,
        evaluation.items_sha256,
        tuple(_asked(evaluation, questions, items)),
        tuple(_outcome(item, numbers) for item in items if item.state in SETTLED),
    )


def asked_questions(
    evaluation: Evaluation, rows: Iterable[Question] | None = None
) -> list[Question]:
    """The questions asked, in the order by which the scoring numbers them, from 0.

    The order is that of what they ask, so that it is the same in every set that holds the same
    questions, under whatever ids. `rows`: all questions of the set, where they were read already.
    """
    asked = evaluation.answers.order_by().values_list("question_id", flat=True).distinct()
    if rows is None:
        rows = evaluation.question_set.questions.filter(pk__in=asked)
    known = set(asked)
    return sorted(
        (row for row in rows if row.pk in known),
        key=lambda row: (row.asked_sha256, json.dumps(row.options), row.answer_label, row.pk),
    )


def scores_of(evaluation: Evaluation) -> Scores:
    """The evaluation's figures, of what is settled by now."""
    return score(answers_of(evaluation), READ_STAGES, UNREAD_STAGES)


def _asked(
    evaluation: Evaluation, questions: Iterable[Question], items: Iterable[Any]
) -> Iterator[Asked]:
    shown: dict[int, dict[int, tuple[str, ...]]] = defaultdict(dict)
    for item in items:
        shown[item.question_id][item.order_index] = tuple(item.shown)
    source = evaluation.question_set.source
    for number, row in enumerate(questions):
        groups = {"source": source, "specialty": row.specialty, "question_type": row.question_type}
        yield Asked(number, shown[row.pk], groups)


def _outcome(item: Any, numbers: Mapping[int, int]) -> Outcome:
    is_made = item.state == EvaluationItem.State.MADE
    return Outcome(
        question=numbers[item.question_id],
        cluster=numbers[item.cluster],
        order=item.order_index,
        sample=item.sample_index,
        letter=item.letter or None,
        label=item.label or None,
        key=item.key_label,
        stage=item.stage if is_made else NOT_ANSWERED,
    )
