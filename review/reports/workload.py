"""The workload report: how long grading takes, by rater, by position, by length."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from pipeline.statistics.quartiles import quartiles
from review.evidence.grade_records import GradeRecord
from review.evidence.items import Evidence
from review.reports.document import Cell, Column, Headline, PlotKind, Report, Section, Table
from review.reports.facts import Facts
from review.reports.wording import with_plot

EVERYONE = "everyone"
# The first positions of the rows by position in a rater's own order.
POSITIONS = (1, 6, 11, 21, 51, 101, 201, 501)
MAX_DAYS = 31
NO_GRADES = "Nobody has graded yet."
NO_POSITIONS = "No grade has its position on record."
READING = (
    "Active seconds count while the grading page is in the foreground and in use: a pause of 60 "
    "seconds, or another window, stops the count. Wall time runs from when the rater was given "
    "the item to when the grade was submitted.",
    "All first submissions count, also of control items, repeats and placebos. An amended grade is "
    "left out, since only its last revision is read here.",
    "A session is a series of a rater's submissions, in any study, each within half an hour of "
    "the one before.",
)
GradedItem = tuple[Evidence, GradeRecord]


def workload_report(facts: Facts) -> Report:
    """How much time the study takes of its raters."""
    graded = _first_submissions(facts)
    return Report(
        "workload",
        "Workload",
        facts.study.name,
        (
            Section(
                "time",
                "Time per item",
                READING,
                (
                    rater_table(graded),
                    session_table(graded),
                    position_table(graded),
                    length_table(graded),
                ),
            ),
            Section("total", "In all", tables=(total_table(graded), pace_table(graded))),
        ),
        headline=Headline(
            "Active time per item, median", quartiles(_active_seconds(graded)).median, "seconds"
        ),
    )


def rater_table(graded: Sequence[GradedItem]) -> Table:
    """Active time an item by rater."""
    raters = sorted({grade.rater for _, grade in graded})
    groups = [(EVERYONE, graded)] if graded else []
    groups += [(rater, [pair for pair in graded if pair[1].rater == rater]) for rater in raters]
    return _time_table("by_rater", "Rater", groups, "intervals")


def session_table(graded: Sequence[GradedItem]) -> Table:
    """Active time per item by its position in the session: whether raters tire."""
    groups = _by_position(graded, lambda grade: grade.session_position)
    return _time_table("by_session", "Position in the session", groups, "line", empty=NO_POSITIONS)


def position_table(graded: Sequence[GradedItem]) -> Table:
    """Active time an item by its position in the rater's own order."""
    groups = _by_position(graded, lambda grade: grade.study_position)
    return _time_table(
        "by_position", "Position in the rater's work", groups, "line", empty=NO_POSITIONS
    )


def length_table(graded: Sequence[GradedItem]) -> Table:
    """Active time an item by the number of its steps."""
    counts = sorted({item.features.steps for item, _ in graded})
    groups = [
        (
            f"{count} step{'' if count == 1 else 's'}",
            [pair for pair in graded if pair[0].features.steps == count],
        )
        for count in counts
    ]
    return _time_table("by_steps", "Length of the chain of thought", groups, "intervals")


def total_table(graded: Sequence[GradedItem]) -> Table:
    """Hours of work by rater, and the part of wall time that was idle."""
    raters = sorted({grade.rater for _, grade in graded})
    rows = [
        _hours_row(rater, [pair for pair in graded if pair[1].rater == rater]) for rater in raters
    ]
    return Table(
        "total",
        "Hours",
        (
            Column("rater", "Rater"),
            Column("grades", "Grades", "items"),
            Column("timed", "Timed", "items"),
            Column("active", "Active", "hours"),
            Column("wall", "Wall time", "hours"),
            Column("idle", "Idle part of wall time", "share"),
        ),
        tuple(rows + ([_hours_row(EVERYONE, graded)] if rows else [])),
        "Active and wall time of the timed grades: those of which both are known.",
        NO_GRADES,
    )


def pace_table(graded: Sequence[GradedItem]) -> Table:
    """Grades by day (UTC), or by week where that would be more than a month of days."""
    days = [datetime.fromtimestamp(grade.at, UTC).date() for _, grade in graded]
    weekly = len(days) > 0 and (max(days) - min(days)).days >= MAX_DAYS
    periods = [day - timedelta(days=day.weekday()) if weekly else day for day in days]
    raters: dict[date, set[str]] = {}
    for period, (_, grade) in zip(periods, graded, strict=True):
        raters.setdefault(period, set()).add(grade.rater)
    table = Table(
        "pace",
        f"Grades by {'week' if weekly else 'day'}",
        (
            Column("period", "Week from" if weekly else "Day"),
            Column("grades", "Grades", "items"),
            Column("raters", "Raters at work", "items"),
        ),
        tuple((day.isoformat(), periods.count(day), len(raters[day])) for day in sorted(raters)),
        "Days end at midnight, UTC. Days without a grade are left out.",
        NO_GRADES,
    )
    return with_plot(table, "bars", "period", ("grades",))


def _by_position(
    graded: Sequence[GradedItem], position: Callable[[GradeRecord], int | None]
) -> Iterable[tuple[str, list[GradedItem]]]:
    """Grades by groups of positions, the first positions first; without one they are left out."""
    numbered = [(number, pair) for pair in graded if (number := position(pair[1]))]
    groups: dict[str, list[GradedItem]] = {}
    for number, pair in sorted(numbered, key=lambda position_and_pair: position_and_pair[0]):
        groups.setdefault(_position_range(number), []).append(pair)
    return groups.items()


def _position_range(position: int) -> str:
    """The group of positions this one is in."""
    index = bisect_right(POSITIONS, position)
    first = POSITIONS[index - 1]
    return f"{first} to {POSITIONS[index] - 1}" if index < len(POSITIONS) else f"{first} on"


def _first_submissions(facts: Facts) -> list[GradedItem]:
    return [
        (item, grade)
        for item in (*facts.items, *facts.controls, *facts.repeats, *facts.placebos)
        for grade in item.independent
        if grade.revision == 1
    ]


def _time_table(
    key: str,
    title: str,
    groups: Iterable[tuple[str, Sequence[GradedItem]]],
    kind: PlotKind,
    *,
    empty: str = NO_GRADES,
) -> Table:
    """Median and quartiles of the active seconds of each group of grades."""
    rows: list[tuple[Cell, ...]] = []
    for name, graded in groups:
        times = quartiles(_active_seconds(graded))
        rows.append((name, times.median, times.lower, times.upper))
    table = Table(
        key,
        f"Active time per item by: {title}",
        (
            Column("group", title),
            Column("median", "Median", "seconds"),
            Column("lower", "Lower quartile", "seconds"),
            Column("upper", "Upper quartile", "seconds"),
        ),
        tuple(rows),
        "95 % interval of the median, grades taken as independent; half of the grades lie "
        "between the quartiles.",
        empty,
    )
    covers = "The intervals are of the median."
    return with_plot(table, kind, "group", ("median",), covers=covers)


def _active_seconds(graded: Iterable[GradedItem]) -> list[float]:
    return [float(grade.active_seconds) for _, grade in graded if grade.active_seconds is not None]


def _hours_row(name: str, graded: Sequence[GradedItem]) -> tuple[Cell, ...]:
    timed = [
        (grade.active_seconds, grade.wall_seconds)
        for _, grade in graded
        if grade.active_seconds is not None and grade.wall_seconds is not None
    ]
    active, wall = (sum(column) for column in zip(*timed, strict=True)) if timed else (0, 0)
    idle = max(0.0, 1 - active / wall) if wall else None
    return name, len(graded), len(timed), active / 3600, wall / 3600, idle
