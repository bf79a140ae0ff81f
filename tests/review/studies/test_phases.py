"""A further phase of the sample: drawn in time, recorded, dealt like the first, weighed with it."""

from dataclasses import replace

import pytest

from pipeline.core.errors import Refusal
from pipeline.models import Event
from pipeline.statistics.estimation.ratio_estimator import stratified_share
from review.evidence.items import sampled_evidence
from review.models import Item
from review.queue.claim import next_slot
from review.reports.facts import read_facts
from review.studies.lifecycle import StudyPlan, close_study, open_study
from review.studies.phases import draw_more, traces_left
from tests import actors, factories
from tests.review.submitting import grade_all, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def ann():
    return actors.reviewer("ann")


def opened(lead, ann, *, traces=8, size=4, **changes):
    plan = StudyPlan("study", [factories.made_batch(traces)], [ann], overlap=1, size=size, seed=3)
    return open_study(replace(plan, **changes), opened_by=lead)


def probabilities(study) -> dict[int, set[float]]:
    rows = study.items.filter(kind=Item.Kind.SAMPLED)
    found: dict[int, set[float]] = {}
    for phase, chance in rows.values_list("phase", "inclusion_probability"):
        found.setdefault(phase, set()).add(round(chance, 9))
    return found


def test_two_draws_at_random_weigh_like_one(lead, ann):
    study = opened(lead, ann, strata=())
    assert draw_more(study, items=2, where="random", by=lead) == 2
    assert probabilities(study) == {1: {0.75}, 2: {0.75}}
    assert draw_more(study, items=2, where="random", by=lead) == 3
    assert probabilities(study) == {1: {1.0}, 2: {1.0}, 3: {1.0}}
    assert traces_left(study) == 0
    assert study.items.values("trace").distinct().count() == 8


def test_the_new_items_are_dealt_graded_and_counted(lead, ann):
    study = opened(lead, ann, strata=())
    assert len(grade_all(study, ann)) == 4
    before = read_facts(study)
    draw_more(study, items=3, where="random", by=lead)
    assert len(grade_all(study, ann, decision="reject")) == 3
    facts = read_facts(study)
    assert (len(before.items), len(facts.items)) == (4, 7)
    # Items of both phases weigh alike: 4 of 7 are acceptable.
    assert stratified_share(facts.sample()).value == pytest.approx(4 / 7)


def test_each_phase_is_in_the_design_and_the_audit(lead, ann):
    study = opened(lead, ann)
    draw_more(study, items=2, where="random", by=lead)
    study.refresh_from_db()
    (drawn,) = study.design["phases"]
    assert (drawn["phase"], drawn["items"], drawn["where"]) == (2, 2, "random")
    assert sum(part["added"] for part in drawn["strata"].values()) == 2
    assert study.design["method"].endswith("phase 2: 2 more, at random")
    assert Event.objects.get(action="study.phase_drawn").payload == drawn


def test_without_enough_grades_there_is_no_score_to_go_by(lead, ann):
    study = opened(lead, ann)
    with pytest.raises(Refusal, match="needs at least 30 graded items, and has 0"):
        draw_more(study, items=2, where="undecided", by=lead)
    assert study.items.count() == 4


def test_by_the_score_every_item_still_has_a_known_chance(lead, ann):
    study = opened(lead, ann, traces=60, size=40, strata=())
    slots = 0
    while (slot := next_slot(study, reviewer=ann)) is not None:
        slots += 1
        submit(slot, ann, decision="accept" if slot.item.trace.question_id % 3 else "reject")
    draw_more(study, items=10, where="undecided", by=lead)
    found = probabilities(study)
    assert found[1] == {round(50 / 60, 9)}
    # Which of the traces left are drawn is chance, and so on which side of 50 of 60 they lie.
    assert 0 < min(found[2]) < max(found[2]) <= 1
    study.refresh_from_db()
    assert study.design["phases"][0]["grades_behind_score"] == slots == 40


def test_more_than_are_left_cannot_be_drawn(lead, ann):
    study = opened(lead, ann)
    with pytest.raises(Refusal, match="Only 4 traces are left"):
        draw_more(study, items=5, where="random", by=lead)


def test_traces_made_since_are_not_of_the_population(lead, ann):
    study = opened(lead, ann)
    made = study.batches.get().traces.exclude(items__study=study).first()
    type(made).objects.filter(pk=made.pk).update(is_current=False)
    with pytest.raises(Refusal, match="no longer hold"):
        draw_more(study, items=2, where="random", by=lead)


def test_a_closed_study_gets_no_further_items(lead, ann):
    study = opened(lead, ann)
    close_study(study, by=lead)
    with pytest.raises(Refusal):
        draw_more(study, items=2, where="random", by=lead)


def test_evidence_knows_the_phase(lead, ann):
    study = opened(lead, ann)
    draw_more(study, items=2, where="random", by=lead)
    assert sorted(one.phase for one in sampled_evidence(study)) == [1, 1, 1, 1, 2, 2]
