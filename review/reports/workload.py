"""The workload report: how long grading takes, by rater, by position, by length."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from pipeline.statistics.quartiles import quartiles
from review.evidence.grade_records import GivenGrade
from review.evidence.items import Evidence
from review.reports.document import Cell, Column, Headline, PlotKind, Report, Section, Table
from review.reports.facts import Facts
from review.reports.wording import plotted

EVERYONE = "everyone"
# The first positions of the rows by position in a rater's own order.
POSITIONS = (1, 6, 11, 21, 51, 101, 201, 501)
MOST_DAYS = 31
NOBODY = "Nobody has graded yet."
UNPLACED = "Of no grade the position is on record."
READING = (
    "Active seconds are those in which the grading page was in front and in use: a pause of 60 "
    "seconds, or another window, stops the count. Wall time runs from when the item was dealt to "
    "when it was submitted.",
    "All first submissions count, control items and repeats as well: they are work too. An "
    "amended grade is left out, since only its last revision is read here.",
    "A session is a rater's submissions of which none comes more than half an hour after the one "
    "before, in whichever study.",
)
Timed = tuple[Evidence, GivenGrade]


def workload_report(facts: Facts) -> Report:
    """How much time the study takes of its raters."""
    graded = _graded(facts)
    return Report(
        "workload",
        "Workload",
        facts.study.name,
        (
            Section(
                "time",
                "Time an item",
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
            "Active time an item, median", quartiles(_active(graded)).median, "seconds"
        ),
    )


def rater_table(graded: Sequence[Timed]) -> Table:
    """Active time an item by rater."""
    raters = sorted({grade.rater for _, grade in graded})
    groups = [(EVERYONE, graded)] if graded else []
    groups += [(rater, [both for both in graded if both[1].rater == rater]) for rater in raters]
    return _times("by_rater", "Rater", groups, "intervals")


def session_table(graded: Sequence[Timed]) -> Table:
    """Active time an item by its position in the session: whether people tire."""
    groups = _by_position(graded, lambda grade: grade.session_position)
    return _times("by_session", "Position in the session", groups, "line", empty=UNPLACED)


def position_table(graded: Sequence[Timed]) -> Table:
    """Active time an item by its position in the rater's own order."""
    groups = _by_position(graded, lambda grade: grade.study_position)
    return _times("by_position", "Position in the rater's work", groups, "line", empty=UNPLACED)


def length_table(graded: Sequence[Timed]) -> Table:
    """Active time an item by the number of its steps."""
    counts = sorted({one.features.steps for one, _ in graded})
    groups = [
        (
            f"{count} step{'' if count == 1 else 's'}",
            [both for both in graded if both[0].features.steps == count],
        )
        for count in counts
    ]
    return _times("by_steps", "Length of the chain of thought", groups, "intervals")


def total_table(graded: Sequence[Timed]) -> Table:
    """Hours of work by rater, and the part of wall time that was idle."""
    raters = sorted({grade.rater for _, grade in graded})
    rows = [_total(rater, [both for both in graded if both[1].rater == rater]) for rater in raters]
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
        tuple(rows + ([_total(EVERYONE, graded)] if rows else [])),
        "Active and wall time of the timed grades: those of which both are known.",
        NOBODY,
    )


def pace_table(graded: Sequence[Timed]) -> Table:
    """Grades by day (UTC), or by week where that would be more than a month of days."""
    days = [datetime.fromtimestamp(grade.at, UTC).date() for _, grade in graded]
    weekly = len(days) > 0 and (max(days) - min(days)).days >= MOST_DAYS
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
        NOBODY,
    )
    return plotted(table, "bars", "period", ("grades",))


def _by_position(
    graded: Sequence[Timed], position: Callable[[GivenGrade], int | None]
) -> Iterable[tuple[str, list[Timed]]]:
    """Grades by groups of positions, the first positions first; without one they are left out."""
    placed = [(place, both) for both in graded if (place := position(both[1]))]
    groups: dict[str, list[Timed]] = {}
    for place, both in sorted(placed, key=lambda one: one[0]):
        groups.setdefault(_positions(place), []).append(both)
    return groups.items()


def _positions(position: int) -> str:
    """The group of positions this one is in."""
    place = bisect_right(POSITIONS, position)
    first = POSITIONS[place - 1]
    return f"{first} to {POSITIONS[place] - 1}" if place < len(POSITIONS) else f"{first} on"


def _graded(facts: Facts) -> list[Timed]:
    return [
        (one, grade)
        for one in (*facts.items, *facts.controls, *facts.repeats)
        for grade in one.independent
        if grade.revision == 1
    ]


def _times(
    key: str,
    title: str,
    groups: Iterable[tuple[str, Sequence[Timed]]],
    kind: PlotKind,
    *,
    empty: str = NOBODY,
) -> Table:
    """Median and quartiles of the active seconds of each group of grades."""
    rows: list[tuple[Cell, ...]] = []
    for name, graded in groups:
        found = quartiles(_active(graded))
        rows.append((name, found.median, found.lower, found.upper))
    table = Table(
        key,
        f"Active time an item by: {title}",
        (
            Column("group", title),
            Column("median", "Median", "seconds"),
            Column("lower", "Lower quartile", "seconds"),
            Column("upper", "Upper quartile", "seconds"),
        ),
        tuple(rows),
        "95 % interval of the median, grades taken as independent; half of the grades took "
        "between the quartiles.",
        empty,
    )
    covers = "The intervals are of the median."
    return plotted(table, kind, "group", ("median",), covers=covers)


def _active(graded: Iterable[Timed]) -> list[float]:
    return [float(grade.active_seconds) for _, grade in graded if grade.active_seconds is not None]


def _total(name: str, graded: Sequence[Timed]) -> tuple[Cell, ...]:
    timed = [
        (grade.active_seconds, grade.wall_seconds)
        for _, grade in graded
        if grade.active_seconds is not None and grade.wall_seconds is not None
    ]
    active, wall = (sum(column) for column in zip(*timed, strict=True)) if timed else (0, 0)
    idle = max(0.0, 1 - active / wall) if wall else None
    return name, len(graded), len(timed), active / 3600, wall / 3600, idle
