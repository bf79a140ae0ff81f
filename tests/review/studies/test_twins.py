"""Twins in studies: found, counted and told, none in the study or in a further phase of it."""

from dataclasses import replace

import pytest
from django.urls import reverse

from pipeline.models import Event, Trace
from review.grading.controls import ExpectedGrade, mark_control
from review.models import Item, Study
from review.reports.facts import read_facts
from review.sampling import population
from review.sampling.population import population_of
from review.studies.forecast import forecast_of
from review.studies.lifecycle import StudyPlan, open_study
from review.studies.phases import draw_more, traces_left
from tests import actors, factories
from tests.review.placebo_study import batch_with_placebos
from tests.review.planted_words import all_different, made_to_say
from tests.review.submitting import grade_all

pytestmark = pytest.mark.django_db

SAID = ("Wheezing points to asthma.", "Therefore, salbutamol 1.5 mg is the drug of choice.")


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def ann():
    return actors.reviewer("ann")


@pytest.fixture
def plan(ann):
    """Two batches of 6 on the same questions; questions 1 to 3 have twins in the second."""
    batches = [factories.made_batch(6), factories.made_batch(6, name="second")]
    first, second = map(all_different, batches)
    for number, text in enumerate([SAID[1], SAID[1].upper(), SAID[1].replace("Therefore, ", "")]):
        made_to_say(first[number], *SAID)
        made_to_say(second[number], SAID[0], text)
    Trace.objects.filter(batch__in=batches).update(kept=True)
    return StudyPlan("study", batches, [ann], overlap=1, seed=3)


def second_of_twins(plan) -> set[int]:
    return {row.pk for row in plan.batches[1].traces.order_by("pk")[:3]}


def test_none_is_in_the_study_and_all_are_counted(plan, lead):
    assert forecast_of(plan).twins == 3
    study = open_study(plan, opened_by=lead)
    drawn = set(study.items.values_list("trace_id", flat=True))
    assert (len(drawn), drawn & second_of_twins(plan)) == (9, set())
    counted = study.design["twins"]
    assert (counted["left_out"], counted["same_words"], counted["nearly_same_words"]) == (3, 2, 1)
    assert sum(study.design["population"].values()) == 9
    assert set(population_of(study).traces.tolist()) == drawn
    opened = Event.objects.get(action="study.opened").payload["design"]["twins"]
    assert opened["left_out"] == 3


def test_no_reviewer_grades_the_same_words_twice(plan, lead, ann):
    study = open_study(plan, opened_by=lead)
    assert len(grade_all(study, ann)) == 9


def test_further_phases_draw_from_the_same_population(plan, lead):
    study = open_study(replace(plan, size=4, strata=()), opened_by=lead)
    assert traces_left(study) == 5
    draw_more(study, items=5, where="random", by=lead)
    drawn = set(study.items.values_list("trace_id", flat=True))
    assert (len(drawn), drawn & second_of_twins(plan)) == (9, set())
    assert traces_left(study) == 0


def test_a_study_opened_before_twins_were_looked_for_keeps_its_population(plan, lead):
    study = open_study(plan, opened_by=lead)
    design = study.design | {"population": {"house, kept": 12}}
    del design["twins"]
    Study.objects.filter(pk=study.pk).update(design=design)
    population._read.cache_clear()
    study.refresh_from_db()
    assert len(population_of(study).traces) == 12
    assert traces_left(study) == 3


def test_the_words_of_a_control_are_shown_once(plan, lead):
    """As the control item, or as the item drawn, never as both, nor in a later phase."""
    check = plan.batches[1].traces.order_by("pk")[0]
    controls = [mark_control(check, expected=ExpectedGrade(4, 4), by=lead)]
    everything = open_study(replace(plan, controls=controls), opened_by=lead)
    assert not everything.items.filter(kind=Item.Kind.CONTROL).exists()
    assert forecast_of(replace(plan, controls=controls)).controls == 0
    twin = plan.batches[0].traces.order_by("pk")[0].pk
    for seed in range(20):
        some = replace(plan, name=f"s{seed}", controls=controls, size=4, strata=(), seed=seed)
        study = open_study(some, opened_by=lead)
        shown = set(study.items.values_list("trace_id", flat=True))
        assert len(shown & {check.pk, twin}) == 1
        if check.pk in shown:
            break
    left = traces_left(study)
    assert left == 4
    draw_more(study, items=left, where="random", by=lead)
    assert not study.items.filter(trace=twin).exists()


def test_a_placebo_asks_nothing_that_another_set_asks_in_the_study(lead, ann):
    """The same questions stand in both sets; those drawn in one are barred in the other."""
    placebos = batch_with_placebos(8)
    batch = factories.made_batch(8, name="second")
    all_different(batch)
    plan = StudyPlan("s", [batch, placebos], [ann], overlap=1, size=6, placebo_items=2, seed=2)
    study = open_study(plan, opened_by=lead)
    asked = [item.trace.question.asked_sha256 for item in study.items.all()]
    drawn = study.items.exclude(kind=Item.Kind.PLACEBO)
    wrong = study.items.filter(kind=Item.Kind.PLACEBO)
    assert len(asked) == 8
    assert not {item.trace.question.asked_sha256 for item in drawn} & {
        item.trace.question.asked_sha256 for item in wrong
    }


def test_the_reports_say_whom_the_estimates_speak_of(plan, lead):
    facts = read_facts(open_study(plan, opened_by=lead))
    assert "distinct traces" in facts.estimand
    assert "3 traces" in facts.estimand


def test_the_preview_and_the_studys_page_tell_how_many(plan, lead, ann, client):
    client.force_login(lead)
    fields = {
        **{"name": "study", "batches": [batch.pk for batch in plan.batches], "reviewers": [ann.pk]},
        **{"overlap": 1, "include_discarded": "on", "preview": "1", "allocation": "proportional"},
        **{"strata": ["source"], "minimum": 1, "rubric_version": plan.rubric_version},
    }
    told = b"3 traces have the same or nearly the same words as another on the same question"
    assert told in client.post(reverse("review:study_new"), fields).content
    study = open_study(plan, opened_by=lead)
    assert told in client.get(reverse("review:study", args=[study.pk])).content
