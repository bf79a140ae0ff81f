"""Distributions of the raters' answers, weighted to the batch: an item counts once.

From current blind grades of sampled items; the grades of one item share its weight.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial

from pipeline.core.records import Edge
from pipeline.statistics.agreement.rating_table import SCALE_1_5
from pipeline.statistics.consensus import DECISIONS
from pipeline.statistics.estimate import Estimate
from review.evidence.grade_records import GradeRecord
from review.evidence.items import Evidence
from review.models import Grade, StepLabel
from review.reports.document import Cell, Column, Table
from review.reports.facts import Facts
from review.reports.shares import weighted_sample
from review.reports.wording import with_plot

NOTE = "Weighted to the batch. An item counts once: its grades share its weight."
LAST_STEP = 6
NO_ERROR, LATER = "no incorrect step", f"step {LAST_STEP} or later"
LABELS = {str(label.value): label.label.lower() for label in StepLabel.Label}
SEVERITIES = ("mild", "moderate", "severe")
GradeValues = Callable[[GradeRecord], Iterable[Hashable]]

SCALES: tuple[tuple[str, GradeValues], ...] = (
    ("Precision", lambda grade: [grade.rating.precision] if grade.rating else []),
    ("Coherence", lambda grade: [grade.rating.coherence] if grade.rating else []),
    ("Precision of paths", lambda grade: [path.precision for path in grade.paths]),
    ("Coherence of paths", lambda grade: [path.coherence for path in grade.paths]),
)


def scales_table(facts: Facts) -> Table:
    """How often each scale point was given."""
    table = Table(
        "scales",
        "Scale points given",
        (
            Column("scale", "Scale"),
            *(Column(f"point_{point}", str(point), "share") for point in SCALE_1_5),
        ),
        tuple((title, *_value_shares(facts, SCALE_1_5, values_of)) for title, values_of in SCALES),
        f"1 is worst, 5 is best. {NOTE}",
    )
    return with_plot(table, "stacked", "scale", tuple(f"point_{point}" for point in SCALE_1_5))


def decisions_table(facts: Facts) -> Table:
    """How often each decision was made."""
    return _bar_table("decisions", "Decision", facts, DECISIONS, _decisions)


def steps_table(facts: Facts) -> Table:
    """How often each label was given to a step."""
    return _bar_table("steps", "Label of a step", facts, tuple(LABELS.values()), _labels)


def first_error_table(facts: Facts) -> Table:
    """Where the first incorrect step stood."""
    positions = (NO_ERROR, *(f"step {step}" for step in range(1, LAST_STEP)), LATER)
    return _bar_table("first_error", "First incorrect step", facts, positions, _first_error)


def safety_table(facts: Facts) -> Table:
    """How often a safety flag was raised, by the highest severity, and how often one stands."""
    rows = [
        (f"raised, highest severity {severity}", _item_share(facts, partial(_worst_is, severity)))
        for severity in SEVERITIES
    ]
    rows.append(("still stands: confirmed, or not settled yet", _item_share(facts, _is_flagged)))
    table = Table(
        "safety",
        "Safety flags",
        (Column("flag", "Flag of any rater"), Column("share", "Share of traces", "share")),
        tuple(rows),
        "Weighted to the batch, among graded items.",
    )
    return with_plot(table, "bars", "flag", ("share",))


def cannot_judge_table(facts: Facts) -> Table:
    """Why raters could not judge or declined: plain counts."""
    reasons = [(item.item, grade.cannot_judge) for item in facts.items for grade in item.grades]
    grades = Counter(reason for _, reason in reasons if reason)
    items = Counter(reason for _, reason in set(reasons) if reason)
    titles = dict(Grade.CannotJudge.choices)
    rows: list[tuple[Cell, ...]] = [
        (str(titles[reason]), count, items[reason]) for reason, count in grades.most_common()
    ]
    declined = sum(item.declines for item in facts.items)
    if declined:
        rows.append(("declined", declined, sum(bool(item.declines) for item in facts.items)))
    return Table(
        "cannot_judge",
        "Could not judge, or declined",
        (
            Column("reason", "Reason"),
            Column("grades", "Times", "items"),
            Column("items", "Items", "items"),
        ),
        tuple(rows),
        "Counts of the sample, not weighted.",
        "Nobody declined, and everybody could judge.",
    )


def edges_table(facts: Facts) -> Table:
    """How often an edge of a graded path was marked invalid, by its relation and polarity."""
    kinds = sorted({edge.relation for edges in facts.edges.values() for edge in edges})
    groups: dict[str, Callable[[Edge], bool]] = {
        kind: partial(_has_relation, kind) for kind in kinds
    } | {"every negative edge": lambda edge: edge.negative, "every edge": lambda edge: True}
    table = Table(
        "invalid_edges",
        "Edges marked invalid",
        (Column("relation", "Relation"), Column("share", "Marked invalid", "share")),
        tuple((name, _invalid_share(facts, which)) for name, which in groups.items() if kinds),
        f"Among edges of graded paths. {NOTE}",
        "No path has been graded.",
    )
    return with_plot(table, "intervals", "relation", ("share",))


def _bar_table(
    key: str, title: str, facts: Facts, values: Sequence[Hashable], values_of: GradeValues
) -> Table:
    shares = _value_shares(facts, values, values_of)
    table = Table(
        key,
        title,
        (Column("said", title), Column("share", "Share", "share")),
        tuple((str(value), share) for value, share in zip(values, shares, strict=True)),
        NOTE,
    )
    return with_plot(table, "bars", "said", ("share",))


def _value_shares(
    facts: Facts, values: Sequence[Hashable], values_of: GradeValues
) -> list[Estimate]:
    """The share of each value among what was said."""
    values_of_item = {
        item.item: [value for grade in item.grades for value in values_of(grade)]
        for item in facts.items
    }

    def share(value: Hashable) -> Estimate:
        return _weighted_share(
            facts, lambda item: [item_value == value for item_value in values_of_item[item.item]]
        )

    return [share(value) for value in values]


def _weighted_share(facts: Facts, holds: Callable[[Evidence], Sequence[bool]]) -> Estimate:
    """The share of an item's judgements that hold, among items that have such judgements."""
    judged = {item.item: list(holds(item)) for item in facts.items if not item.key_exclusion}
    sample = weighted_sample(
        facts, lambda item: _item_label(item, judged.get(item.item)), settles=False
    )
    return sample.share(sample.where(lambda item: bool(judged.get(item.item))))


def _item_label(item: Evidence, judged: list[bool] | None) -> float | None:
    """An item without such judgements is outside what is counted; one without grades is missing."""
    if judged is None or not item.grades:
        return None
    return sum(judged) / len(judged) if judged else 0.0


def _item_share(facts: Facts, holds: Callable[[Evidence], bool]) -> Estimate:
    return _weighted_share(facts, lambda item: [holds(item)] if item.grades else [])


def _invalid_share(facts: Facts, which: Callable[[Edge], bool]) -> Estimate:
    return _weighted_share(
        facts,
        lambda item: [
            index in path.invalid_edges
            for grade in item.grades
            for path in grade.paths
            for index, edge in enumerate(facts.edges[item.trace, path.path])
            if which(edge)
        ],
    )


def _has_relation(relation: str, edge: Edge) -> bool:
    return edge.relation == relation


def _decisions(grade: GradeRecord) -> list[str]:
    return [grade.rating.decision] if grade.rating else []


def _labels(grade: GradeRecord) -> list[str]:
    return [LABELS[label] for _, label in grade.steps]


def _first_error(grade: GradeRecord) -> list[str]:
    first = grade.rating.first_incorrect_step if grade.rating else None
    if first is None:
        return []
    if first == 0:
        return [NO_ERROR]
    return [f"step {first}" if first < LAST_STEP else LATER]


def _worst_is(severity: str, item: Evidence) -> bool:
    raised = {grade.safety_flag for grade in item.grades} - {""}
    return max(raised, key=SEVERITIES.index, default="") == severity


def _is_flagged(item: Evidence) -> bool:
    return item.flagged
