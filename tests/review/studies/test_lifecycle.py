"""Studies: what opening one deals, what it refuses, how it is steered."""

import pytest

from pipeline.accounts.roles import Role, grant_role
from pipeline.core.errors import Refusal
from pipeline.models import Batch, Event, Trace
from review.access import may_see_grades
from review.grading import rubric
from review.grading.submit import StaleLease
from review.models import Item, Slot, Study, StudyReviewer
from review.queue.claim import next_slot
from review.studies.lifecycle import StudyPlan, close_study, open_study, pause_study, resume_study
from tests import actors, factories
from tests.review.submitting import submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def people():
    return [actors.reviewer(name) for name in ("ann", "ben")]


@pytest.fixture
def batch() -> Batch:
    return factories.made_batch(6)


def plan(batch: Batch, people, **changes) -> StudyPlan:
    fields = {"name": "study", "batches": [batch], "reviewers": people, "seed": 7}
    return StudyPlan(**(fields | changes))


def test_opening_deals_an_item_for_each_trace_and_slots_for_the_overlap(lead, people, batch):
    study = open_study(plan(batch, people, overlap=2), opened_by=lead)
    made = batch.traces.filter(state=Trace.State.MADE).count()
    assert study.items.count() == made
    assert Slot.objects.filter(item__study=study, state=Slot.State.OPEN).count() == 2 * made
    assert study.places.count() == 2
    assert study.rubric_version == rubric.CURRENT.version
    assert list(study.batches.all()) == [batch]


def test_every_item_has_its_known_chance_and_stratum(lead, people, batch):
    study = open_study(plan(batch, people, size=3), opened_by=lead)
    population = study.design["population"]
    assert sum(population.values()) == batch.traces.filter(state=Trace.State.MADE).count()
    for stratum, size in population.items():
        items = study.items.filter(stratum=stratum)
        assert {round(item.inclusion_probability * size) for item in items} == {items.count()}


def test_discarded_traces_are_left_out_only_where_the_lead_says_so(lead, people, batch):
    Trace.objects.filter(pk=batch.traces.first().pk).update(kept=False, rejections="leakage")
    study = open_study(plan(batch, people, include_discarded=False), opened_by=lead)
    assert not study.items.filter(trace__kept=False).exists()
    assert study.design["include_discarded"] is False
    whole = open_study(plan(batch, people, name="whole"), opened_by=lead)
    assert whole.items.filter(trace__kept=False).exists()


def test_failed_traces_are_never_graded(lead, people, batch):
    Trace.objects.filter(pk=batch.traces.first().pk).update(
        state="failed", kept=None, failure_stage="search", failure_reason="no_path"
    )
    study = open_study(plan(batch, people), opened_by=lead)
    assert not study.items.filter(trace__state=Trace.State.FAILED).exists()


def test_the_same_seed_draws_the_same_sample(lead, people, batch):
    drawn = [
        list(
            open_study(plan(batch, people, name=name, size=3), opened_by=lead)
            .items.order_by("pk")
            .values_list("trace", flat=True)
        )
        for name in ("one", "two")
    ]
    assert drawn[0] == drawn[1]


def test_without_a_seed_each_study_has_its_own(lead, people, batch):
    first, second = (
        open_study(plan(batch, people, name=name, seed=None), opened_by=lead) for name in "ab"
    )
    assert first.seed != second.seed


def test_demonstration_and_model_traces_never_share_a_study(lead, people, batch):
    other = factories.made_batch(1, name="other")
    Batch.objects.filter(pk=other.pk).update(reasoner_kind="language_model")
    other.refresh_from_db()
    with pytest.raises(Refusal, match="cannot mix"):
        open_study(plan(batch, people, batches=[batch, other]), opened_by=lead)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"batches": []}, "at least one batch"),
        ({"overlap": 3}, "at least 3 reviewers"),
        ({"reviewers": []}, "0 chosen"),
    ],
)
def test_what_cannot_be_opened_says_why(lead, people, batch, change, reason):
    with pytest.raises(Refusal, match=reason):
        open_study(plan(batch, people, **change), opened_by=lead)
    assert not Study.objects.exists()


def test_a_batch_with_nothing_to_grade_opens_no_study(lead, people):
    with pytest.raises(Refusal, match="chain of thought to grade"):
        open_study(plan(factories.batch(2), people), opened_by=lead)
    for model in (Study, Item, StudyReviewer):
        assert not model.objects.exists()


def test_codes_say_nothing_and_are_unique(lead, people, batch):
    study = open_study(plan(batch, people), opened_by=lead)
    codes = set(study.items.values_list("code", flat=True))
    assert len(codes) == study.items.count()
    assert all(len(code) >= 12 for code in codes)


def test_steering_is_compare_and_set_and_in_the_studys_own_chain(lead, people, batch):
    study = open_study(plan(batch, people), opened_by=lead)
    pause_study(study, by=lead)
    with pytest.raises(Refusal, match="paused"):
        pause_study(study, by=lead)
    resume_study(study, by=lead)
    close_study(study, by=lead)
    assert (study.state, study.closed_at is not None) == (Study.State.CLOSED, True)
    with pytest.raises(Refusal, match="closed"):
        resume_study(study, by=lead)
    actions = Event.objects.filter(chain__name=study.event_chain).values_list("action", flat=True)
    assert list(actions) == ["study.opened", "study.paused", "study.open", "study.closed"]


def test_an_item_held_while_the_study_pauses_may_still_be_submitted(lead, people, batch):
    study = open_study(plan(batch, people), opened_by=lead)
    slot = next_slot(study, reviewer=people[0])
    pause_study(study, by=lead)
    assert submit(slot, people[0]).pk


def test_a_closed_study_takes_no_grade(lead, people, batch):
    study = open_study(plan(batch, people), opened_by=lead)
    slot = next_slot(study, reviewer=people[0])
    close_study(study, by=lead)
    with pytest.raises(StaleLease, match="closed"):
        submit(slot, people[0])


def test_whoever_sees_grades_cannot_review_blind(lead):
    both = actors.person("both", Role.REVIEWER, Role.ADJUDICATOR).reviewer
    with pytest.raises(Refusal, match="both"):
        factories.study(both, opened_by=lead)
    assert not Study.objects.exists()


def test_a_reviewer_made_adjudicator_later_still_sees_no_single_grade(lead):
    ann, ben = actors.reviewer("ann"), actors.reviewer("ben")
    study = factories.study(ann, ben, opened_by=lead, overlap=2)
    grant_role(ann.user, Role.ADJUDICATOR)
    assert not may_see_grades(ann.user, study)
    close_study(study, by=lead)
    assert may_see_grades(ann.user, study)


def test_a_name_is_given_once_even_to_two_at_the_same_time(lead):
    first = factories.study(actors.reviewer("ann"), opened_by=lead, name="twin")
    again = plan(first.batches.get(), [actors.reviewer("ben")], name="twin", overlap=1)
    with pytest.raises(Refusal, match="exists"):
        open_study(again, opened_by=lead)


def test_repeats_and_a_reveal_do_not_go_together(lead, people, batch):
    both = plan(batch, people, repeat_share=0.5, reveal_after_submit=True)
    with pytest.raises(Refusal, match="Repeats"):
        open_study(both, opened_by=lead)
