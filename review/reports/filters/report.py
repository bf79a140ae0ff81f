"""The filter report: the automatic verdict against the panel's consensus, over the batch."""

from collections.abc import Iterator
from typing import Any

from pipeline.models import Batch
from pipeline.statistics.estimate import Estimate
from pipeline.statistics.estimation.filters import TRANSPORT, rogan_gladen
from review.evidence.items import Evidence
from review.reports.agreement.breakdowns import UNSTATED
from review.reports.assisted import estimators_table, scored_sample
from review.reports.document import Cell, Column, Headline, Link, Report, Section, Table
from review.reports.facts import Facts
from review.reports.filters.calibration import calibration_tables
from review.reports.filters.measures import (
    PREDICTIVE,
    by_filter_table,
    by_group_table,
    overall_measures,
    overall_table,
)
from review.reports.filters.placebo import placebo_section
from review.reports.shares import joined_strata_caution

MAX_LISTED = 200
MAX_BATCHES = 50
KEPT_ONLY = (
    "The sample was drawn from kept traces only. What the filters discarded was not graded, so "
    "sensitivity, specificity and the false-discard rate cannot be known."
)
READING = (
    "The positive predictive value is the share acceptable among kept traces. Sensitivity is the "
    "share of acceptable traces that were kept, specificity the share of the others that were "
    "discarded, and the false-discard rate the share acceptable among discarded traces.",
    "Failed traces have no chain of thought, are never graded and are in no figure here. The "
    "weight of items without an answer goes to the answered ones of their stratum; the columns "
    "beside a figure say how far they could move it at most.",
)


TRANSPORT_READING = (
    "The share acceptable in a batch that nobody graded, from the share its filters kept and the "
    f"error rates measured here (Rogan and Gladen, 1978). This {TRANSPORT}."
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
            Section(
                "disagree", "Where answer and reasoning disagree", (), tuple(_disagreements(facts))
            ),
            *([placebo_section(facts)] if facts.placebos else []),
            Section("others", "Other batches", (TRANSPORT_READING,), (others_table(facts),)),
        ),
        facts.estimand,
        _cautions(facts),
        Headline("Acceptable among kept traces", overall_measures(facts)[PREDICTIVE], "share"),
        facts.preliminary,
    )


def _cautions(facts: Facts) -> tuple[str, ...]:
    known = facts.study.design["include_discarded"]
    return (*joined_strata_caution(scored_sample(facts)), *(() if known else (KEPT_ONLY,)))


def _overall(facts: Facts) -> Iterator[Table]:
    yield estimators_table(facts)
    yield overall_table(facts)


def _groups(facts: Facts) -> Iterator[Table]:
    yield by_group_table(facts, "source", "By source", lambda item: item.source)
    yield by_group_table(
        facts, "specialty", "By specialty", lambda item: item.specialty or UNSTATED
    )


def _disagreements(facts: Facts) -> Iterator[Table]:
    answered = [item for item in facts.items if item.acceptable is not None]
    filtered = [item for item in answered if item.features.ran("answer")]
    yield listing_table(
        "right_answer_wrong_reasoning",
        "Right answer, wrong reasoning",
        [item for item in filtered if item.features.passed("answer") and not item.acceptable],
        "The second reader reached the answer key from the chain of thought, and the panel does "
        "not accept it.",
    )
    yield listing_table(
        "wrong_answer_sound_reasoning",
        "Wrong answer, sound reasoning",
        [item for item in filtered if not item.features.passed("answer") and item.acceptable],
        "The second reader did not reach the answer key from the chain of thought, and the panel "
        "accepts it.",
    )


def listing_table(key: str, title: str, items: list[Evidence], means: str) -> Table:
    """Items with links to their traces: the first MAX_LISTED, and how many there are."""
    columns = (
        Column("trace", "Trace"),
        Column("source", "Source"),
        Column("specialty", "Specialty"),
        Column("failed", "Filters not passed"),
        Column("precision", "Precision", "points"),
        Column("coherence", "Coherence", "points"),
        Column("decision", "Consensus"),
    )
    shown = f"; the first {MAX_LISTED} are listed" if len(items) > MAX_LISTED else ""
    note = f"{means} Graded items: {len(items):,}{shown}."
    rows = tuple(_row(item) for item in items[:MAX_LISTED])
    return Table(
        key, title, columns, rows, note, empty="No graded item is of this kind.", folded=True
    )


def _row(item: Evidence) -> tuple[Cell, ...]:
    failed = ", ".join(result.name for result in item.features.filters if not result.passed)
    agreed = item.consensus
    return (
        Link(f"Trace {item.trace[:8]}", "pipeline:trace", (item.trace,)),
        item.source,
        item.specialty,
        failed or "none",
        agreed.precision if agreed else None,
        agreed.coherence if agreed else None,
        agreed.decision if agreed else None,
    )


def others_table(facts: Facts) -> Table:
    """Ungraded batches of the same method, with what the measured errors say of them."""
    errors = overall_measures(facts)
    rows = tuple(
        _transported_row(batch, errors["sensitivity"], errors["specificity"])
        for batch in _comparable_batches(facts)
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


def _transported_row(
    batch: Batch, sensitivity: Estimate, specificity: Estimate
) -> tuple[Cell, ...]:
    traces = batch.traces.of_key().filter(is_current=True, kept__isnull=False)
    total, kept = traces.count(), traces.filter(kept=True).count()
    transported = rogan_gladen(kept, total, sensitivity=sensitivity, specificity=specificity)
    return Link(batch.name, "pipeline:batch", (batch.pk,)), total, kept, transported.share


def _comparable_batches(facts: Facts) -> list[Batch]:
    """Other batches of the study's configuration; none where its own batches differ in it."""
    method = ("config_fingerprint", "knowledge_graph", "reasoner_endpoint", "reader_endpoint")
    configurations = list(facts.study.batches.order_by().values(*method).distinct())
    if len(configurations) != 1:
        return []
    others = Batch.objects.filter(is_trial=False, **_lookups(configurations[0])).exclude(
        studies=facts.study
    )
    return list(others[:MAX_BATCHES])


def _lookups(configuration: dict[str, Any]) -> dict[str, Any]:
    """Look-ups for the same values: "= NULL" finds nothing in a database."""
    return {
        name if value is not None else f"{name}__isnull": value or True
        for name, value in configuration.items()
    }
