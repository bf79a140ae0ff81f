"""The filter report: the automatic verdict against the panel's consensus, over the batch."""

from collections.abc import Iterator
from typing import Any

from pipeline.models import Batch
from pipeline.statistics.estimate import Estimate
from pipeline.statistics.estimation.filters import TRANSPORT, rogan_gladen
from review.evidence.items import Evidence
from review.evidence.policies import FILTERS
from review.reports.agreement.breakdowns import UNSTATED
from review.reports.assisted import estimators_table, scored
from review.reports.document import Cell, Column, Headline, Link, Report, Section, Table
from review.reports.facts import ESTIMAND, Facts
from review.reports.filters.calibration import calibration_tables
from review.reports.filters.measures import (
    PREDICTIVE,
    by_filter_table,
    by_group_table,
    measured_overall,
    overall_table,
)
from review.reports.shares import caution_of

MOST_LISTED = 200
MOST_BATCHES = 50
KEPT_ONLY = (
    "The sample was drawn from kept traces only. What the filters discarded was not graded, so "
    "sensitivity, specificity and the false-discard rate cannot be known."
)
READING = (
    "The positive predictive value is the share acceptable among kept traces: what a reader of "
    "the kept traces meets. Sensitivity is the share of acceptable traces that were kept, "
    "specificity the share of the others that were discarded, the false-discard rate the share "
    "acceptable among discarded traces: what the filters throw away for nothing.",
    "Failed traces have no chain of thought, are never graded and are in no figure here. Items "
    "without an answer leave their weight to their stratum; the columns beside a figure say what "
    "they could change at most.",
)


TRANSPORT_READING = (
    "What is acceptable in a batch that nobody graded, from the share its filters kept and the "
    f"errors measured here (Rogan and Gladen, 1978). This {TRANSPORT}."
)


def filters_report(facts: Facts) -> Report:
    """How often the filters are right, overall, by group and one by one; and where they err."""
    return Report(
        "filters",
        "Filters",
        facts.study.name,
        (
            Section("overall", "All filters together", READING, tuple(_overall(facts))),
            Section("groups", "By source and specialty", (), tuple(_groups(facts))),
            Section("each", "Each filter alone", (), (by_filter_table(facts),)),
            Section("calibration", "Scores", (), tuple(calibration_tables(facts))),
            Section("disagree", "Where answer and reasoning part", (), tuple(_listed(facts))),
            Section("others", "Other batches", (TRANSPORT_READING,), (others_table(facts),)),
        ),
        ESTIMAND,
        _cautions(facts),
        Headline("Acceptable among kept traces", measured_overall(facts)[PREDICTIVE], "share"),
    )


def _cautions(facts: Facts) -> tuple[str, ...]:
    known = facts.study.design["include_discarded"]
    return (*caution_of(scored(facts)), *(() if known else (KEPT_ONLY,)))


def _overall(facts: Facts) -> Iterator[Table]:
    yield estimators_table(facts)
    yield overall_table(facts)


def _groups(facts: Facts) -> Iterator[Table]:
    yield by_group_table(facts, "source", "By source", lambda one: one.source)
    yield by_group_table(facts, "specialty", "By specialty", lambda one: one.specialty or UNSTATED)


def _listed(facts: Facts) -> Iterator[Table]:
    answered = [one for one in facts.items if one.acceptable is not None]
    named = [one for one in answered if _ran(one)]
    yield listing(
        "right_answer_wrong_reasoning",
        "Right answer, wrong reasoning",
        [one for one in named if one.features.passed("answer") and not one.acceptable],
        "The second reader reached the answer key from the chain of thought, and the panel does "
        "not accept it.",
    )
    yield listing(
        "wrong_answer_sound_reasoning",
        "Wrong answer, sound reasoning",
        [one for one in named if not one.features.passed("answer") and one.acceptable],
        "The second reader did not reach the answer key from the chain of thought, and the panel "
        "accepts it.",
    )


def _ran(one: Evidence) -> bool:
    return any(said.name == "answer" for said in one.features.filters)


def listing(key: str, title: str, found: list[Evidence], means: str) -> Table:
    """Items with links to their traces: the first MOST_LISTED, and how many there are."""
    columns = (
        Column("trace", "Trace"),
        Column("source", "Source"),
        Column("specialty", "Specialty"),
        Column("failed", "Filters not passed"),
        Column("precision", "Precision", "points"),
        Column("coherence", "Coherence", "points"),
        Column("decision", "Consensus"),
    )
    shown = f"; the first {MOST_LISTED} are listed" if len(found) > MOST_LISTED else ""
    note = f"{means} Graded items: {len(found):,}{shown}."
    rows = tuple(_row(one) for one in found[:MOST_LISTED])
    return Table(
        key, title, columns, rows, note, empty="No graded item is of this kind.", folded=True
    )


def _row(one: Evidence) -> tuple[Cell, ...]:
    failed = ", ".join(name for name in FILTERS if not one.features.passed(name))
    agreed = one.consensus
    return (
        Link(f"Trace {one.trace[:8]}", "pipeline:trace", (one.trace,)),
        one.source,
        one.specialty,
        failed or "none",
        agreed.precision if agreed else None,
        agreed.coherence if agreed else None,
        agreed.decision if agreed else None,
    )


def others_table(facts: Facts) -> Table:
    """Ungraded batches of the same method, with what the measured errors say of them."""
    errors = measured_overall(facts)
    rows = tuple(
        _carried(batch, errors["sensitivity"], errors["specificity"]) for batch in _alike(facts)
    )
    columns = (
        Column("batch", "Batch"),
        Column("made", "Traces made", "items"),
        Column("kept", "Kept by the filters", "items"),
        Column("share", "Share acceptable among traces made", "share"),
    )
    return Table(
        "others",
        "Batches of the same configuration, outside this study",
        columns,
        rows,
        empty="No other batch has the configuration, graph and models of this study's batches.",
    )


def _carried(batch: Batch, sensitivity: Estimate, specificity: Estimate) -> tuple[Cell, ...]:
    traces = batch.traces.filter(is_current=True, kept__isnull=False)
    made, kept = traces.count(), traces.filter(kept=True).count()
    carried = rogan_gladen(kept, made, sensitivity=sensitivity, specificity=specificity)
    return Link(batch.name, "pipeline:batch", (batch.pk,)), made, kept, carried.share


def _alike(facts: Facts) -> list[Batch]:
    """Other batches made as this study's were: none where its own differ among themselves."""
    method = ("config_fingerprint", "knowledge_graph", "reasoner_endpoint", "reader_endpoint")
    ways = list(facts.study.batches.order_by().values(*method).distinct())
    if len(ways) != 1:
        return []
    others = Batch.objects.filter(**_equal(ways[0])).exclude(studies=facts.study)
    return list(others[:MOST_BATCHES])


def _equal(way: dict[str, Any]) -> dict[str, Any]:
    """Look-ups for the same values: "= NULL" finds nothing in a database."""
    return {
        name if value is not None else f"{name}__isnull": value or True
        for name, value in way.items()
    }
