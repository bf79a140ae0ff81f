"""The tables of the report on workload."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

from ..archive import Archive
from ..document import Row, Tables
from ..grades import Grade
from ..intervals import median_with_quartiles
from ..panel import Item

EVERYONE = "everyone"
POSITIONS = (1, 6, 11, 21, 51, 101, 201, 501)
Graded = Sequence[tuple[Item, Grade]]


def workload_tables(archive: Archive, items: list[Item]) -> Tables:
    """Every table of the report: first submissions, of items of every kind."""
    graded = [
        (item, grade)
        for kind in ("sampled", "control", "repeat", "placebo")
        for item in items
        if item.kind == kind
        for grade in item.independent
        if grade.revision == 1
    ]
    raters = sorted({grade.rater for _, grade in graded})
    groups = {rater: [pair for pair in graded if pair[1].rater == rater] for rater in raters}
    everyone = {EVERYONE: graded} if graded else {}
    tables: dict[str, list[Row]] = {
        "by_rater": _times({**everyone, **groups}),
        "by_session": _times(_by_position(graded, lambda grade: grade.session_position)),
        "by_position": _times(_by_position(graded, lambda grade: grade.study_position)),
        "by_steps": _times(_by_steps(graded)),
        "total": [_hours(name, of) for name, of in {**groups, **everyone}.items()],
        "pace": _pace(graded),
    }
    return {("workload", key): rows for key, rows in tables.items()}


def _times(groups: dict[str, list[tuple[Item, Grade]]]) -> list[Row]:
    rows: list[Row] = []
    for name, graded in groups.items():
        active = [grade.active_seconds for _, grade in graded]
        known = [float(one) for one in active if one is not None]
        median, lower, upper = median_with_quartiles(known)
        rows.append({"group": name, "median": median, "lower": lower, "upper": upper})
    return rows


def _by_position(
    graded: Graded, position: Callable[[Grade], int | None]
) -> dict[str, list[tuple[Item, Grade]]]:
    numbered = [(place, pair) for pair in graded if (place := position(pair[1]))]
    groups: dict[str, list[tuple[Item, Grade]]] = {}
    for place, pair in sorted(numbered, key=lambda one: one[0]):
        groups.setdefault(_range(place), []).append(pair)
    return groups


def _range(place: int) -> str:
    index = bisect_right(POSITIONS, place)
    first = POSITIONS[index - 1]
    return f"{first} to {POSITIONS[index] - 1}" if index < len(POSITIONS) else f"{first} on"


def _by_steps(graded: Graded) -> dict[str, list[tuple[Item, Grade]]]:
    groups: dict[str, list[tuple[Item, Grade]]] = {}
    for pair in sorted(graded, key=lambda pair: int(pair[0].row["steps"])):
        count = pair[0].row["steps"]
        groups.setdefault(f"{count} step{'' if count == '1' else 's'}", []).append(pair)
    return groups


def _hours(name: str, graded: Graded) -> Row:
    both = [
        (grade.active_seconds, grade.wall_seconds)
        for _, grade in graded
        if grade.active_seconds is not None and grade.wall_seconds is not None
    ]
    active, wall = sum(one for one, _ in both), sum(one for _, one in both)
    return {
        "rater": name,
        "grades": len(graded),
        "timed": len(both),
        "active": active / 3600,
        "wall": wall / 3600,
        "idle": max(0.0, 1 - active / wall) if wall else None,
    }


def _pace(graded: Graded) -> list[Row]:
    """Grades by day (UTC), by week where that would be more than a month of days."""
    days = [datetime.fromtimestamp(grade.at, UTC).date() for _, grade in graded]
    if days and (max(days) - min(days)).days >= 31:
        days = [day - timedelta(days=day.weekday()) for day in days]
    raters: dict[date, set[str]] = {}
    for day, (_, grade) in zip(days, graded, strict=True):
        raters.setdefault(day, set()).add(grade.rater)
    return [
        {"period": day.isoformat(), "grades": days.count(day), "raters": len(raters[day])}
        for day in sorted(raters)
    ]
