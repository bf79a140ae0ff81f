"""Accuracy by source, specialty and question type, a column for each evaluation."""

from collections.abc import Iterator

from pipeline.benchmarks.scoring.groups import NOT_STATED, Group
from pipeline.benchmarks.scoring.scores import GROUPS
from review.reports.document import Cell, Column, Section, Table
from review.reports.evaluation.facts import EvaluationFacts
from review.reports.evaluation.reading import columns_of

READING = (
    "The headline in each group of questions, small groups joined. No group is tested against the "
    "others: with many, one is always the worst."
)
TITLES = {"source": "source", "specialty": "specialty", "question_type": "question type"}


def groups_section(facts: EvaluationFacts) -> Section:
    """A table for each way of grouping that has more than one group; a sentence for the others."""
    tables: list[Table] = []
    alone: list[str] = []
    for kind in GROUPS:
        table = group_table(facts, kind)
        if len(table.rows) > 1:
            tables.append(table)
        else:
            alone.extend(_alone(kind, table))
    text = (READING, *alone) if tables else tuple(alone)
    return Section("groups", "Groups of questions", text, tuple(tables))


def group_table(facts: EvaluationFacts, kind: str) -> Table:
    """The headline of each evaluation in each group of one kind."""
    found = [{group.name: group for group in one.scores.groups[kind]} for one in facts.evaluated]
    columns = (Column("group", TITLES[kind].capitalize()), *columns_of(facts, "share"))
    rows = tuple(
        (name, *(_headline(groups.get(name)) for groups in found)) for name in _names(found)
    )
    return Table(f"by_{kind}", f"Accuracy by {TITLES[kind]}", columns, rows, facts.legend)


def _names(found: list[dict[str, Group]]) -> list[str]:
    """The groups of all evaluations, in the order of the first that has them; joined ones last."""
    names = {name: group.joined for groups in found for name, group in groups.items()}
    return sorted(names, key=lambda name: names[name] > 0)


def _headline(group: Group | None) -> Cell:
    return None if group is None else group.accuracy.headline


def _alone(kind: str, table: Table) -> Iterator[str]:
    if table.rows and table.rows[0][0] == NOT_STATED:
        yield f"The {TITLES[kind]} of the questions is not stated."
    elif table.rows:
        yield f"All questions are of one {TITLES[kind]}: {table.rows[0][0]}."
