"""Every answer behind the figures: one row for each question, order and sample."""

from collections.abc import Iterator

from review.reports.document import Cell, Column, Table
from review.reports.evaluation.contamination import marks_of
from review.reports.evaluation.facts import Evaluated, EvaluationFacts

COLUMNS = (
    Column("evaluation", "Evaluation"),
    Column("question", "Question's id"),
    Column("order", "Order"),
    Column("sample", "Sample"),
    Column("shown", "Options in the order shown"),
    Column("letter", "Letter read"),
    Column("label", "The source's label of it"),
    Column("key", "The source's key"),
    Column("right", "Right"),
    Column("stage", "Stage"),
    Column("repeats", "Repeats the question"),
    Column("contaminated_by", "Contaminated by"),
)
NOTE = (
    "Order 0 is the source's. shown: the source's labels in the order shown, the first under the "
    "letter A. right: 1 or 0. repeats: the first question that this one repeats, exactly or nearly."
)


def answers_table(facts: EvaluationFacts) -> Table:
    """All outcomes, evaluation after evaluation, in the order of orders, questions and samples."""
    rows = tuple(row for position in range(len(facts.evaluated)) for row in _rows(facts, position))
    return Table("answers", "Answers", COLUMNS, rows, NOTE)


def _rows(facts: EvaluationFacts, position: int) -> Iterator[tuple[Cell, ...]]:
    one: Evaluated = facts.evaluated[position]
    marks = marks_of(facts, position)
    shown = {asked.question: asked.shown for asked in one.answers.asked}
    ids = [question.id_in_source for question in one.questions]
    for outcome in one.answers.outcomes:
        question, cluster = outcome.question, outcome.cluster
        yield (
            one.name,
            ids[question],
            outcome.order,
            outcome.sample,
            " ".join(shown[question][outcome.order]),
            outcome.letter,
            outcome.label,
            outcome.key,
            int(outcome.is_right),
            outcome.stage,
            ids[cluster] if cluster != question else None,
            marks.get(question),
        )
