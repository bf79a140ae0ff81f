"""Accuracy of each evaluation, with what was published beside it: tables and the forest plot."""

from collections.abc import Iterator

from pipeline.benchmarks.published import INTERVAL_IS_OURS, SCORED_DIFFERENTLY
from pipeline.benchmarks.scoring.forest import Forest, draw_forest, forest_row, reference_row
from review.reports.document import Cell, Column, Link, Section, Table
from review.reports.evaluation.facts import Evaluated, EvaluationFacts

READING = (
    "The headline is the share of questions answered rightly, with what could not be read counted "
    "as wrong: nothing that was asked leaves the number of questions. It is of the order in which "
    "the source states the options, and each question counts once, by the mean of its samples.",
    "Beside it: the share of the questions from which a letter was read, which rewards a model for "
    "not answering, and the share if everything that was not read were right, an upper bound.",
)
REFERENCE_NOTE = f"Published rows are {SCORED_DIFFERENTLY}. Their intervals are {INTERVAL_IS_OURS}."
REFERENCE_FITS = (
    "Published results of {} are beside ours since source, number of questions and number of "
    "options fit; the publication gives no checksum, so this does not prove that the questions "
    "are the same. No test compares them with ours: that would take its answers."
)
NO_REFERENCE = "No published result stands beside ours: {}"
CHANCE = "choosing an option at random"


def accuracy_section(facts: EvaluationFacts) -> Section:
    """The accuracy three ways, each evaluation a row, and published results under them."""
    tables = (accuracy_table(facts), counts_table(facts))
    return Section("accuracy", "Accuracy", (*READING, _on_reference(facts)), tables)


def accuracy_table(facts: EvaluationFacts) -> Table:
    """One row for each evaluation, then one for each published result."""
    columns = (
        Column("evaluation", "Evaluation"),
        Column("from", "From"),
        Column("accuracy", "Accuracy, unread counted wrong", "share"),
        Column("where_read", "Of those read", "share"),
        Column("highest", "If all unread were right", "share"),
        Column("chance", "By chance", "share"),
    )
    rows = (*map(_accuracy_row, facts.evaluated), *_published_rows(facts))
    note = REFERENCE_NOTE if facts.reference.results else ""
    return Table("accuracy", "Accuracy of each evaluation", columns, rows, note)


def counts_table(facts: EvaluationFacts) -> Table:
    """What each accuracy is counted from, and how its interval is made."""
    columns = (
        Column("evaluation", "Evaluation"),
        Column("questions", "Questions", "items"),
        Column("items", "Outputs as stated", "items"),
        Column("unread", "Of these not read", "items"),
        Column("not_answered", "No output", "items"),
        Column("not_asked", "Questions without an outcome", "items"),
        Column("method", "Interval"),
    )
    rows = tuple(_counts_row(one) for one in facts.evaluated)
    note = (
        "Outputs under the order that the source states. What got no output is among the unread; "
        "questions without an outcome are in no figure."
    )
    return Table("counts", "What the accuracy is counted from", columns, rows, note)


def forest_of(facts: EvaluationFacts) -> Forest:
    """The headline of each evaluation and of each published result, drawn."""
    ours = [forest_row(one.name, one.scores.accuracy.headline) for one in facts.evaluated]
    published = [reference_row(result) for result in facts.reference.results]
    chance = facts.evaluated[0].scores.accuracy.chance
    return draw_forest(f"Accuracy on {facts.benchmark}", [*ours, *published], chance=chance)


def origin(one: Evaluated) -> str:
    """Where an evaluation's outputs are from."""
    return "imported" if one.row.is_imported else "asked here"


def _accuracy_row(one: Evaluated) -> tuple[Cell, ...]:
    found = one.scores.accuracy
    name = Link(one.name, "pipeline:evaluation", (one.row.pk,))
    return (name, origin(one), found.headline, found.where_read, found.highest, found.chance)


def _published_rows(facts: EvaluationFacts) -> Iterator[tuple[Cell, ...]]:
    for result in facts.reference.results:
        yield (result.model, f"published: {result.citation}", result.accuracy, None, None, None)


def _counts_row(one: Evaluated) -> tuple[Cell, ...]:
    found = one.scores.accuracy
    return (
        one.name,
        found.questions,
        found.items,
        found.unread,
        found.not_answered,
        found.not_asked,
        found.method,
    )


def _on_reference(facts: EvaluationFacts) -> str:
    found = facts.reference
    if not found.results:
        return NO_REFERENCE.format(found.reason)
    return REFERENCE_FITS.format(found.results[0].citation)
