"""The forecast before a study opens: what it asks for, and what it rests on."""

import pytest

from pipeline.core.errors import Refusal
from review.grading.controls import ExpectedGrade, mark_control
from review.models import Grade, Study
from review.studies.forecast import ASSUMED_SECONDS, ENOUGH_GRADES, ENOUGH_ITEMS, forecast_of
from review.studies.lifecycle import StudyPlan, open_study
from tests import actors, factories
from tests.review.submitting import grade_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def people():
    return [actors.reviewer(name) for name in ("ann", "ben", "cat")]


def plan(people, size: int = 10, **changes) -> StudyPlan:
    fields = {"name": "plan", "batches": [factories.made_batch(size)], "reviewers": people}
    return StudyPlan(**{**fields, "seed": 7, **changes})


def test_it_says_what_opening_then_does(lead, people):
    other = factories.made_batch(1, name="checks", first=100).traces.get()
    asked = plan(
        people,
        size=8,
        overlap=1,
        reliability_share=0.5,
        reliability_overlap=3,
        repeat_share=0.25,
        controls=[mark_control(other, expected=ExpectedGrade(4, 4), by=lead)],
    )
    forecast = forecast_of(asked)
    assert not Study.objects.exists()
    study = open_study(asked, opened_by=lead)
    for stratum in forecast.strata:
        items = study.items.filter(stratum=stratum.name)
        assert items.count() == stratum.taken
        assert set(items.values_list("inclusion_probability", flat=True)) == {stratum.probability}
    assert (forecast.items, forecast.reliability_items) == (8, 4)
    assert (forecast.controls, forecast.repeats) == (1, 2)
    sampled = 4 * 1 + 4 * 3
    assert forecast.grades == sampled + 3 + sampled // 4
    assert forecast.hours == pytest.approx(forecast.grades * ASSUMED_SECONDS / 3600)


def test_what_is_assumed_says_so(people):
    forecast = forecast_of(plan(people))
    assert "assumed" in forecast.seconds.source
    assert "assumed" in forecast.discordant.source
    assert forecast.adjudications == round(forecast.items * forecast.discordant.value)


def test_with_one_grade_an_item_only_the_reliability_subset_can_disagree(people):
    asked = plan(people, overlap=1, reliability_share=0.4, reliability_overlap=2)
    forecast = forecast_of(asked)
    assert forecast.adjudications == round(4 * forecast.discordant.value)


@pytest.mark.usefixtures("unguarded")
def test_it_rests_on_grades_once_there_are_enough(lead, people):
    study = factories.study(*people, opened_by=lead, size=ENOUGH_ITEMS, overlap=2)
    for person, precision in zip(people, (4, 4, 1), strict=True):
        grade_all(study, person, cot_precision=precision)
    Grade.objects.update(active_seconds=100)
    assert Grade.objects.count() > ENOUGH_GRADES
    forecast = forecast_of(plan(people))
    assert forecast.seconds.value == 100
    assert "assumed" not in forecast.seconds.source
    assert str(ENOUGH_ITEMS) in forecast.discordant.source


def test_what_will_not_work_out_is_a_warning(lead, people):
    asked = plan(people, overlap=2, repeat_share=0.5, repeat_gap=50, cap=2)
    warnings = " ".join(forecast_of(asked).warnings)
    assert "few or no repeats" in warnings
    assert "leaves room for 6 of" in warnings


@pytest.mark.parametrize(
    "change", [{"reviewers": []}, {"reliability_share": 0.1, "reliability_overlap": 4}]
)
def test_it_refuses_what_opening_would(people, change):
    with pytest.raises(Refusal, match="need at least"):
        forecast_of(plan(people, **change))
