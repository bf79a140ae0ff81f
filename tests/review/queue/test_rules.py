"""The queue's rules: begun items first, declines, one lap, routing, repeats after their gap."""

from datetime import timedelta

import pytest
from django.utils import timezone

from pipeline.models import Event, Question
from review.grading.controls import ExpectedGrade, mark_control
from review.models import Decline, Draft, Item, Reviewer, Slot, Study, StudyReviewer
from review.queue.candidates import hidden_twins
from review.queue.claim import free_expired_slots, next_slot, reclaim_slot
from review.queue.decline import decline_item
from review.studies.lifecycle import StudyPlan, close_study, open_study
from tests import actors, factories
from tests.review.queue.whole_order import order_key
from tests.review.submitting import submit

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def ann() -> Reviewer:
    return actors.reviewer("ann")


@pytest.fixture
def ben() -> Reviewer:
    return actors.reviewer("ben")


def opened(lead, *people: Reviewer, size: int = 6, **changes) -> Study:
    fields = {"name": "study", "batches": [factories.made_batch(size)], "overlap": 1, "seed": 7}
    return open_study(StudyPlan(**{**fields, "reviewers": people, **changes}), opened_by=lead)


def drain(study: Study, person: Reviewer) -> list[Item]:
    """Take and fill every slot the queue deals the reviewer; items in order."""
    seen = []
    while (slot := next_slot(study, reviewer=person)) is not None:
        Slot.objects.filter(pk=slot.pk).update(state=Slot.State.FILLED, lease_until=None)
        seen.append(slot.item)
    return seen


def expire() -> None:
    Slot.objects.filter(state=Slot.State.LEASED).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )


def test_items_come_in_the_reviewers_own_keyed_order(lead, ann):
    study = opened(lead, ann)
    dealt = [item.code for item in drain(study, ann)]
    key = {"seed": study.seed, "reviewer_id": ann.pk, "buckets": study.buckets}
    assert dealt == sorted(dealt, key=lambda code: order_key(code, **key))
    assert list(
        Slot.objects.filter(reviewer=ann).order_by("position").values_list("position", flat=True)
    ) == [1, 2, 3, 4, 5, 6]


def test_the_cursor_wraps_once_and_finds_what_was_freed_behind_it(lead, ann, ben):
    study = opened(lead, ann, ben)
    Study.objects.update(buckets=4)
    for number, item in enumerate(study.items.all()):
        Item.objects.filter(pk=item.pk).update(bucket=number % 4)
    study.refresh_from_db()
    held = next_slot(study, reviewer=ben)
    assert len(drain(study, ann)) == 5
    assert next_slot(study, reviewer=ann) is None
    expire()
    late = next_slot(study, reviewer=ann)
    assert late.item_id == held.item_id


def test_an_item_begun_comes_back_before_any_other(lead, ann, ben):
    study = opened(lead, ann, ben)
    key = {"seed": study.seed, "reviewer_id": ann.pk, "buckets": study.buckets}
    last = max(study.items.all(), key=lambda item: order_key(item.code, **key))
    held = reclaim_slot(last, reviewer=ann)
    Draft.objects.create(item=last, reviewer=ann, content={"comment": "half"})
    expire()
    assert free_expired_slots(study, except_for=ben) == 1
    again = next_slot(study, reviewer=ann)
    assert (again.item_id, again.fence) == (last.pk, held.fence + 1)
    assert Draft.objects.get().content == {"comment": "half"}


def test_a_lost_item_is_given_back_if_free_and_only_read_if_not(lead, ann, ben):
    study = opened(lead, ann, ben, size=1)
    held = next_slot(study, reviewer=ann)
    expire()
    assert next_slot(study, reviewer=ben).pk == held.pk
    assert reclaim_slot(held.item, reviewer=ann) is None
    Slot.objects.update(state=Slot.State.OPEN, reviewer=None, lease_until=None)
    regained = reclaim_slot(held.item, reviewer=ann)
    assert regained.pk == held.pk
    assert regained.fence > held.fence
    assert reclaim_slot(held.item, reviewer=ann).fence == regained.fence


def test_no_second_item_is_reclaimed_beside_one_in_hand_nor_in_a_closed_study(lead, ann):
    study = opened(lead, ann)
    held = next_slot(study, reviewer=ann)
    other = study.items.exclude(pk=held.item_id).first()
    assert reclaim_slot(other, reviewer=ann) is None
    close_study(study, by=lead)
    assert reclaim_slot(held.item, reviewer=ann) is None
    assert Slot.objects.filter(state=Slot.State.LEASED).count() == 1


def test_a_place_taken_since_it_was_seen_is_left_alone(lead, ann, ben, monkeypatch):
    """Two saw it open; the second to write finds it changed and goes on to the next."""
    study = opened(lead, ann, ben, size=2)
    taken = next_slot(study, reviewer=ben)
    free = Slot.objects.exclude(pk=taken.pk).get()
    seen = [(0, [taken.pk]), (0, [free.pk])]
    monkeypatch.setattr("review.queue.claim.candidates", lambda place: iter(seen))
    assert next_slot(study, reviewer=ann).pk == free.pk
    taken.refresh_from_db()
    assert (taken.reviewer, taken.state) == (ben, Slot.State.LEASED)


def test_declining_frees_the_slot_keeps_a_row_and_deals_another(lead, ann, ben):
    study = opened(lead, ann, ben, size=2)
    slot = next_slot(study, reviewer=ann)
    decline_item(slot, reviewer=ann, fence=slot.fence, reason="outside my specialty")
    assert next_slot(study, reviewer=ann).item_id != slot.item_id
    assert reclaim_slot(slot.item, reviewer=ann) is None
    assert len(drain(study, ben)) == 1
    assert Decline.objects.get().reason == "outside my specialty"
    assert Event.objects.filter(
        action="item.declined", chain__name=study.event_chain, payload__item=slot.item.code
    ).exists()
    decline_item(slot, reviewer=ann, fence=slot.fence, reason="again")
    assert Decline.objects.count() == 1


def of_specialty(study: Study, specialty: str, items: list[int]) -> None:
    Question.objects.filter(traces__items__in=items).update(specialty=specialty)


@pytest.fixture
def routed(lead, ann, ben) -> Study:
    """Ann is a cardiologist; two of four questions are hers, one is nobody's."""
    Reviewer.objects.filter(pk=ann.pk).update(specialty=" Cardiology")
    ann.refresh_from_db()
    batch = factories.made_batch(4)
    for trace, specialty in zip(
        batch.traces.order_by("pk"), ("cardiology", "CARDIOLOGY", "dermatology", ""), strict=True
    ):
        Question.objects.filter(pk=trace.question_id).update(specialty=specialty)
    plan = StudyPlan(
        name="routed",
        batches=[batch],
        reviewers=[ann, ben],
        overlap=1,
        seed=7,
        route_by_specialty=True,
        fallback_hours=24,
    )
    return open_study(plan, opened_by=lead)


def test_items_wait_for_their_specialty_and_fall_back_after_the_set_time(routed, ann, ben):
    """An item of a specialty that nobody in the study has waits for nobody."""
    assert {item.specialty for item in drain(routed, ben)} == {"dermatology", ""}
    Item.objects.exclude(open_to_all_at=None).update(open_to_all_at=timezone.now())
    assert {item.specialty for item in drain(routed, ben)} == {"cardiology"}


def test_a_reviewer_of_the_specialty_gets_its_items_at_once(routed, ann):
    assert len(drain(routed, ann)) == 4


def with_repeats(lead, *people, gap: int = 5, share: float = 1.0, size: int = 24) -> Study:
    return opened(lead, *people, size=size, repeat_share=share, repeat_gap=gap)


def test_repeats_come_after_their_twin_and_never_sooner_than_the_gap(lead, ann):
    study = with_repeats(lead, ann)
    dealt = drain(study, ann)
    place = {item.pk: number for number, item in enumerate(dealt)}
    repeats = [item for item in dealt if item.kind == Item.Kind.REPEAT]
    gaps = [place[item.pk] - place[item.repeat_of_id] - 1 for item in repeats]
    assert len(repeats) > 8
    assert min(gaps) >= 5
    assert len(set(gaps)) > 1, "a fixed distance would give repeats away"
    assert all(item.trace_id == item.repeat_of.trace_id for item in repeats)


def test_only_who_graded_the_twin_meets_the_repeat(lead, ann, ben):
    study = with_repeats(lead, ann, ben, gap=3)
    for _ in range(5):  # the gap leaves room for one repeat among them: others wait for ann
        submit(next_slot(study, reviewer=ann), ann)
    owed = study.items.filter(slots__state=Slot.State.OPEN, repeat_of__slots__reviewer=ann)
    waiting = set(owed.values_list("pk", flat=True))
    dealt = drain(study, ben)
    twins = {item.repeat_of_id for item in dealt if item.kind == Item.Kind.REPEAT}
    assert twins
    assert twins <= {item.pk for item in dealt}
    assert waiting
    assert waiting == set(owed.values_list("pk", flat=True))


def test_an_ungraded_twin_is_not_repeated(lead, ann):
    study = with_repeats(lead, ann)
    first = next_slot(study, reviewer=ann)
    decline_item(first, reviewer=ann, fence=first.fence, reason="not mine")
    assert first.item_id not in {item.repeat_of_id for item in drain(study, ann)}


def test_the_twin_is_hidden_from_history_until_the_repeat_is_submitted(lead, ann):
    study = with_repeats(lead, ann, share=0.5)
    twins = set(study.items.filter(repeats__isnull=False).values_list("pk", flat=True))
    while (slot := next_slot(study, reviewer=ann)) is not None:
        hidden = set(hidden_twins(study, ann).values_list("pk", flat=True))
        assert hidden <= twins
        if slot.item.kind == Item.Kind.REPEAT:
            assert slot.item.repeat_of_id in hidden
            submit(slot, ann)
            hidden = set(hidden_twins(study, ann).values_list("pk", flat=True))
            assert slot.item.repeat_of_id not in hidden
        else:
            submit(slot, ann)


def test_control_items_reach_every_rater_and_are_no_estimates_items(lead, ann, ben):
    batch = factories.made_batch(6)
    other = factories.made_batch(2, name="checks", first=100)
    controls = [
        mark_control(trace, expected=ExpectedGrade(4, 4), by=lead) for trace in other.traces.all()
    ]
    plan = StudyPlan("s", [batch], [ann, ben], overlap=1, seed=7, controls=controls)
    study = open_study(plan, opened_by=lead)
    for person in (ann, ben):
        kinds = [item.kind for item in drain(study, person)]
        assert kinds.count(Item.Kind.CONTROL) == 2
    assert set(
        study.items.filter(kind=Item.Kind.CONTROL).values_list("inclusion_probability", flat=True)
    ) == {None}


def test_a_cap_counts_what_was_graded(lead, ann, ben):
    study = opened(lead, ann, ben, cap=2)
    slot = next_slot(study, reviewer=ann)
    decline_item(slot, reviewer=ann, fence=slot.fence, reason="not mine")
    assert set(StudyReviewer.objects.values_list("cap", flat=True)) == {2}
    assert len(drain(study, ann)) == 2
