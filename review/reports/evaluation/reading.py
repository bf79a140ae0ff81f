"""How outputs were read: the stages of the extractor, and whether answers follow the letter."""

from collections.abc import Iterator

from pipeline.benchmarks.extraction import stage_title
from pipeline.benchmarks.scoring.funnel import FunnelRow
from pipeline.benchmarks.scoring.outcomes import NOT_ANSWERED
from review.reports.document import Cell, Column, Section, Table
from review.reports.evaluation.facts import Evaluated, EvaluationFacts

READING = (
    "A letter is read from an output by rules that see the options as they were shown and never "
    "the key. What they cannot read they class; nothing is guessed. The counts are of all orders "
    "and samples.",
)
ORDERS = (
    "Asked again with its options moved, a model that knows the answer keeps the content and "
    "changes the letter. One that keeps the letter although the content moved has answered by the "
    "letter. Whether an answer is right plays no part.",
)
ONE_ORDER = (
    "Every question was asked with its options as the source states them only: whether answers "
    "follow the letter was not tested."
)


def reading_section(facts: EvaluationFacts) -> Section:
    """The funnel by stage: outputs of each evaluation, then how many of them were right."""
    return Section("reading", "Reading the outputs", READING, (funnel(facts), stages(facts)))


def funnel(facts: EvaluationFacts) -> Table:
    """Outputs by stage, a column for each evaluation; stages that no output ended in are left
    out."""
    columns = (Column("stage", "Stage"), Column("read", "Letter"), *columns_of(facts, "items"))
    by_stage = list(zip(*(one.scores.funnel.rows for one in facts.evaluated), strict=True))
    shown = [rows for rows in by_stage if any(row.items for row in rows)]
    rows = tuple(
        (title_of(row[0].stage), _letter(row[0]), *(one.items for one in row)) for row in shown
    )
    total: tuple[Cell, ...] = (
        "all outputs",
        "",
        *(one.scores.funnel.items for one in facts.evaluated),
    )
    empty = len(by_stage) - len(shown)
    left_out = f"Stages that no output ended in are left out: {empty:,}." if empty else ""
    note = " ".join(filter(None, (left_out, facts.legend)))
    return Table("funnel", "Outputs by stage", columns, (*rows, total), note)


def stages(facts: EvaluationFacts) -> Table:
    """For each evaluation and stage: outputs in all, as stated, and how many are right."""
    columns = (
        Column("evaluation", "Evaluation"),
        Column("stage", "Stage"),
        Column("read", "Letter"),
        Column("items", "Outputs", "items"),
        Column("items_as_stated", "As the source states", "items"),
        Column("right", "Right", "items"),
    )
    rows = tuple(row for one in facts.evaluated for row in _stage_rows(one))
    note = "How many of a stage's letters are right says how far its rule can be trusted."
    return Table("stages", "Each stage of each evaluation", columns, rows, note, folded=True)


def orders_section(facts: EvaluationFacts) -> Section:
    """Accuracy over all orders, and what answers follow; a sentence where there is one order."""
    permuted = [one for one in facts.evaluated if one.scores.over_orders.orders > 1]
    if not permuted:
        return Section("orders", "Orders of the options", (ONE_ORDER,))
    columns = (
        Column("evaluation", "Evaluation"),
        Column("orders", "Orders", "items"),
        Column("over_orders", "Accuracy over all orders", "share"),
        Column("letter", "Follow the letter", "share"),
        Column("content", "Follow the content", "share"),
        Column("neither", "Neither", "share"),
        Column("random_letter", "Letter, if random", "share"),
        Column("questions", "Questions asked in two orders or more", "items"),
        Column("too_few_read", "Too few read", "items"),
        Column("cannot_tell", "Cannot tell", "items"),
    )
    note = (
        "The three shares are of the questions that can tell and add up to 1. A model that "
        "chooses at random follows the letter, and equally the content, in the share given. "
        "Too few read: no letter under two different orders. Cannot tell: the option chosen stood "
        "under one letter throughout."
    )
    table = Table("orders", "Letter or content", columns, tuple(map(_order_row, permuted)), note)
    return Section("orders", "Orders of the options", ORDERS, (table,))


def columns_of(facts: EvaluationFacts, unit: str) -> tuple[Column, ...]:
    """A column for each evaluation; where they are many, `legend` says whose is which."""
    named = zip(facts.evaluated, facts.headings, strict=True)
    return tuple(Column(one.column, heading, unit) for one, heading in named)


def title_of(stage: str) -> str:
    """A stage as people read it."""
    return "no output" if stage == NOT_ANSWERED else stage_title(stage)


def _letter(row: FunnelRow) -> str:
    return "read" if row.is_read else "not read"


def _stage_rows(one: Evaluated) -> Iterator[tuple[Cell, ...]]:
    for row in one.scores.funnel.rows:
        if row.items:
            stage = title_of(row.stage)
            yield one.name, stage, _letter(row), row.items, row.items_as_stated, row.right


def _order_row(one: Evaluated) -> tuple[Cell, ...]:
    over, follow = one.scores.over_orders, one.scores.letter_following
    return (
        one.name,
        over.orders,
        over.accuracy,
        follow.letter,
        follow.content,
        follow.neither,
        follow.random_letter,
        follow.questions,
        follow.too_few_read,
        follow.cannot_tell,
    )
