"""The workload report: medians, hours and days by hand."""

from datetime import UTC, datetime
from typing import Any

from pipeline.core.features import TraceFeatures
from review.reports.workload import workload_report
from tests.factories.reports import grade_record, make_evidence, make_facts
from tests.review.reports.test_agreement import row

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()
DAY = 86_400


def timed(number: int, rater: str, active: int | None, **changes: object):
    fields: dict[str, Any] = {
        "active_seconds": active,
        "study_position": number + 1,
        "at": NOON + number * DAY,
    }
    features = TraceFeatures(steps=number % 2 + 1)
    return make_evidence(number, grade_record(rater, **(fields | changes)), features=features)


def test_medians_by_rater_position_and_length():
    items = [timed(number, "R-A", 10 * (number + 1)) for number in range(7)]
    report = workload_report(make_facts(items))
    result = row(report, "by_rater", "R-A")
    assert (result["median"].value, result["median"].n) == (40, 7)
    assert (result["median"].low, result["median"].high) == (10, 70)
    assert (result["lower"], result["upper"]) == (25, 55)
    assert row(report, "by_position", "1 to 5")["median"].value == 30
    assert row(report, "by_position", "6 to 10")["median"].value == 65
    assert row(report, "by_steps", "2 steps")["median"].value == 40
    assert report.headline.figure == result["median"]


def test_people_who_tire_are_seen_by_position_in_the_session():
    """Twice seven in a row; of an older grade the place in its session is not known."""
    items = [timed(n, "R-A", n % 7, session_position=n % 7 + 1) for n in range(14)]
    older = timed(14, "R-A", 900, session_position=None)
    report = workload_report(make_facts([*reversed(items), older]))
    early, late = (row(report, "by_session", name)["median"] for name in ("1 to 5", "6 to 10"))
    assert (early.value, early.n) == (2, 10)
    assert (late.value, late.n) == (5.5, 4)


def test_grades_from_before_sessions_were_kept_are_not_called_none():
    report = workload_report(make_facts([timed(0, "R-A", 10, session_position=None)]))
    assert report.table("by_session").rows == ()
    assert report.table("by_session").empty == "No grade has its position on record."


def test_hours_and_idle_share_count_what_was_timed():
    items = [timed(0, "R-A", 1800, wall_seconds=3600), timed(1, "R-A", None)]
    result = row(workload_report(make_facts(items)), "total", "R-A")
    assert result == {
        "rater": "R-A",
        "grades": 2,
        "timed": 1,
        "active": 0.5,
        "wall": 1.0,
        "idle": 0.5,
    }


def test_more_active_time_than_wall_time_is_not_negative_idling():
    items = [timed(0, "R-A", 3700, wall_seconds=3600)]
    assert row(workload_report(make_facts(items)), "total", "R-A")["idle"] == 0


def test_control_items_and_repeats_are_work_and_amendments_are_left_out():
    report = workload_report(
        make_facts(
            [timed(0, "R-A", 10), timed(1, "R-A", 5, revision=2)],
            controls=(timed(2, "R-A", 30),),
            repeats=(timed(3, "R-A", 20),),
        )
    )
    assert row(report, "by_rater", "everyone")["median"].value == 20
    assert row(report, "total", "everyone")["grades"] == 3


def test_grades_by_day_and_by_week():
    days = workload_report(make_facts([timed(0, "R-A", 1), timed(0, "R-B", 1), timed(2, "R-A", 1)]))
    assert days.table("pace").rows == (("2026-03-02", 2, 2), ("2026-03-04", 1, 1))
    weeks = workload_report(make_facts([timed(0, "R-A", 1), timed(40, "R-A", 1)]))
    assert weeks.table("pace").rows == (("2026-03-02", 1, 1), ("2026-04-06", 1, 1))


def test_nobody_has_graded():
    report = workload_report(make_facts([make_evidence(1)]))
    assert all(not table.rows for table in report.tables)
    assert "no values" in str(report.headline.figure)
