"""Distributions of what raters said, weighted to the batch: an item counts once.

Current blind grades of sampled items; an item of several grades gives each its part.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial

from pipeline.core.records import Edge
from pipeline.statistics.agreement.rating_table import SCALE_1_5
from pipeline.statistics.consensus import DECISIONS
from pipeline.statistics.estimate import Estimate
from review.evidence.grade_records import GivenGrade
from review.evidence.items import Evidence
from review.models import Grade, StepLabel
from review.reports.document import Cell, Column, Table
from review.reports.facts import Facts
from review.reports.shares import weighted
from review.reports.wording import plotted

NOTE = "Weighted to the batch; of an item with several grades each counts in part."
LAST_STEP = 6
NO_ERROR, LATER = "no incorrect step", f"step {LAST_STEP} or later"
LABELS = {str(label.value): label.label.lower() for label in StepLabel.Label}
SEVERITIES = ("mild", "moderate", "severe")
Said = Callable[[GivenGrade], Iterable[Hashable]]

SCALES: tuple[tuple[str, Said], ...] = (
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
        tuple((title, *_shares(facts, SCALE_1_5, said)) for title, said in SCALES),
        f"1 is worst, 5 is best. {NOTE}",
    )
    return plotted(table, "stacked", "scale", tuple(f"point_{point}" for point in SCALE_1_5))


def decisions_table(facts: Facts) -> Table:
    """How often each decision was made."""
    return _bars("decisions", "Decision", facts, DECISIONS, _decision)


def steps_table(facts: Facts) -> Table:
    """How often each label was given to a step."""
    return _bars("steps", "Label of a step", facts, tuple(LABELS.values()), _labels)


def first_error_table(facts: Facts) -> Table:
    """Where the first incorrect step stood."""
    positions = (NO_ERROR, *(f"step {step}" for step in range(1, LAST_STEP)), LATER)
    return _bars("first_error", "First incorrect step", facts, positions, _first_error)


def safety_table(facts: Facts) -> Table:
    """How often a safety flag was raised, by the highest severity, and how often one stands."""
    rows = [
        (f"raised, {severity} at worst", _item_share(facts, partial(_worst_is, severity)))
        for severity in SEVERITIES
    ]
    rows.append(("stands: settled so, or not settled yet", _item_share(facts, _flagged)))
    table = Table(
        "safety",
        "Safety flags",
        (Column("flag", "Flag of any rater"), Column("share", "Share of traces", "share")),
        tuple(rows),
        "Weighted to the batch, among graded items.",
    )
    return plotted(table, "bars", "flag", ("share",))


def cannot_judge_table(facts: Facts) -> Table:
    """Why raters could not judge or declined: plain counts."""
    graded = [(one.item, grade.cannot_judge) for one in facts.items for grade in one.grades]
    grades = Counter(reason for _, reason in graded if reason)
    items = Counter(reason for _, reason in set(graded) if reason)
    titles = dict(Grade.CannotJudge.choices)
    rows: list[tuple[Cell, ...]] = [
        (str(titles[reason]), count, items[reason]) for reason, count in grades.most_common()
    ]
    declined = sum(one.declines for one in facts.items)
    if declined:
        rows.append(("declined", declined, sum(bool(one.declines) for one in facts.items)))
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
    groups: dict[str, Callable[[Edge], bool]] = {kind: partial(_is_of, kind) for kind in kinds} | {
        "every negative edge": lambda edge: edge.negative,
        "every edge": lambda edge: True,
    }
    table = Table(
        "invalid_edges",
        "Edges marked invalid",
        (Column("relation", "Relation"), Column("share", "Marked invalid", "share")),
        tuple((name, _invalid(facts, which)) for name, which in groups.items() if kinds),
        f"Among edges of graded paths. {NOTE}",
        "No path has been graded.",
    )
    return plotted(table, "intervals", "relation", ("share",))


def _bars(key: str, title: str, facts: Facts, values: Sequence[Hashable], said: Said) -> Table:
    shares = _shares(facts, values, said)
    table = Table(
        key,
        title,
        (Column("said", title), Column("share", "Share", "share")),
        tuple((str(value), one) for value, one in zip(values, shares, strict=True)),
        NOTE,
    )
    return plotted(table, "bars", "said", ("share",))


def _shares(facts: Facts, values: Sequence[Hashable], said: Said) -> list[Estimate]:
    """The share of each value among what was said."""
    given = {
        one.item: [each for grade in one.grades for each in said(grade)] for one in facts.items
    }

    def share(value: Hashable) -> Estimate:
        return _share(facts, lambda one: [each == value for each in given[one.item]])

    return [share(value) for value in values]


def _share(facts: Facts, holds: Callable[[Evidence], Sequence[bool]]) -> Estimate:
    """The share of an item's judgements that hold, among items that have such judgements."""
    judged = {one.item: list(holds(one)) for one in facts.items if not one.key}
    found = weighted(facts, lambda one: _graded(one, judged.get(one.item)))
    return found.share(found.where(lambda one: bool(judged.get(one.item))))


def _graded(one: Evidence, judged: list[bool] | None) -> float | None:
    """An item without such judgements is outside what is counted; one without grades is missing."""
    if judged is None or not one.grades:
        return None
    return sum(judged) / len(judged) if judged else 0.0


def _item_share(facts: Facts, holds: Callable[[Evidence], bool]) -> Estimate:
    return _share(facts, lambda one: [holds(one)] if one.grades else [])


def _invalid(facts: Facts, which: Callable[[Edge], bool]) -> Estimate:
    return _share(
        facts,
        lambda one: [
            place in path.invalid_edges
            for grade in one.grades
            for path in grade.paths
            for place, edge in enumerate(facts.edges[one.trace, path.path])
            if which(edge)
        ],
    )


def _is_of(relation: str, edge: Edge) -> bool:
    return edge.relation == relation


def _decision(grade: GivenGrade) -> list[str]:
    return [grade.rating.decision] if grade.rating else []


def _labels(grade: GivenGrade) -> list[str]:
    return [LABELS[label] for _, label in grade.steps]


def _first_error(grade: GivenGrade) -> list[str]:
    first = grade.rating.first_incorrect_step if grade.rating else None
    if first is None:
        return []
    if first == 0:
        return [NO_ERROR]
    return [f"step {first}" if first < LAST_STEP else LATER]


def _worst_is(severity: str, one: Evidence) -> bool:
    raised = {grade.safety_flag for grade in one.grades} - {""}
    return max(raised, key=SEVERITIES.index, default="") == severity


def _flagged(one: Evidence) -> bool:
    return one.flagged
