"""The arms of a batch: its traces towards the answer key, and placebos towards wrong options.

Both placebo arms take the same questions, drawn by seed, so that arms are compared in pairs.
"""

import math
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from pipeline.core import placebo
from pipeline.core.checks.sampling import fraction_of
from pipeline.core.config import MethodConfig
from pipeline.core.kg.index import GraphIndex
from pipeline.core.records import Option, Question
from pipeline.models import Batch, Trace
from pipeline.models import Question as QuestionRow

PLACEBO_ARMS = (Trace.Arm.PLACEBO_RANDOM, Trace.Arm.PLACEBO_NEAREST)


def first_traces(batch: Batch, questions: QuerySet[QuestionRow]) -> Iterator[Trace]:
    """The pending traces that a batch begins with: for each question, every sample and arm."""
    config = MethodConfig.from_json(batch.config)
    drawn = drawn_for_placebo(questions, share=batch.placebo_share, config=config)
    for question in questions.values_list("pk", flat=True):
        arms = (Trace.Arm.KEY, *(PLACEBO_ARMS if question in drawn else ()))
        for sample in range(batch.samples):
            for arm in arms:
                yield Trace(batch=batch, question_id=question, sample_index=sample, arm=arm)


def drawn_for_placebo(
    questions: QuerySet[QuestionRow], *, share: float, config: MethodConfig
) -> set[int]:
    """The questions of the placebo arms: this share, rounded up, of those with a wrong option."""
    if not share:
        return set()
    columns = ("pk", "question_set__source", "id_in_source", "options", "answer_label")
    rows = questions.values_list(*columns, "answer_text").iterator(chunk_size=2000)
    ranked = sorted(
        (fraction_of("placebo", question, config), pk)
        for pk, question in ((row[0], _asked(*row[1:])) for row in rows)
        if placebo.wrong_labels(question)
    )
    return {pk for _, pk in ranked[: math.ceil(share * len(ranked))]}


def question_of_arm(
    arm: str, question: Question, graph: GraphIndex, config: MethodConfig
) -> Question:
    """The question as this arm asks it. Raises ValueError for one without a wrong option."""
    if arm == Trace.Arm.KEY:
        return question
    if arm == Trace.Arm.PLACEBO_RANDOM:
        label = placebo.random_wrong_label(question, seed=config.seed)
    else:
        label = next(iter(placebo.nearest_wrong_labels(graph, question)), None)
    if label is None:
        raise ValueError("The question has no wrong option to argue for.")
    return placebo.towards(question, label)


def _asked(source: str, id_in_source: str, options: Any, label: str, answer: str) -> Question:
    """As much of the question as its draw and its distractors depend on."""
    return Question(
        source=source,
        id_in_source=id_in_source,
        text="",
        options=tuple(Option(*option) for option in options),
        answer_label=label or None,
        answer_text=answer,
    )
