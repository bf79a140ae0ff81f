"""Judging a pair: once, by trace and not by position, with every revision kept."""

import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from pipeline.core.errors import Refusal
from pipeline.models import Event
from review.grading.amend import CannotAmend
from review.grading.places import StaleLease
from review.models import Draft, Grade, PairJudgement, Slot, Study
from review.pairwise.positions import positions_of
from review.pairwise.submit import amend_pair, submit_pair
from review.queue.claim import next_slot
from review.queue.decline import decline_item
from review.studies.lifecycle import close_study
from review.studies.slots import make_item
from tests import actors
from tests.review.pairwise.pairing import judge, judged, pairwise_study

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def study(module_db) -> Study:
    people = [actors.reviewer("ann"), actors.reviewer("bob")]
    return pairwise_study(*people, opened_by=actors.lead())


@pytest.fixture
def ann(study):
    return study.reviewers.get(user__username="ann")


@pytest.fixture
def bob(study):
    return study.reviewers.get(user__username="bob")


def test_a_preference_is_stored_by_trace_wherever_it_stood(study, ann):
    lefts = set()
    while slot := next_slot(study, reviewer=ann):
        left = positions_of(slot.item, reviewer=ann).left
        choices = {"more_precise": "a", "more_coherent": "tie", "better": "b"}
        judgement = judge(slot, ann, **choices, flag_b="mild")
        assert judgement.shown_left == left
        assert judgement.more_precise == left
        assert judgement.more_coherent == "tie"
        assert judgement.better == ("second" if left == "first" else "first")
        assert {judgement.flag_first, judgement.flag_second} == {"", "mild"}
        assert getattr(judgement, f"flag_{judgement.better}") == "mild"
        lefts.add(left)
    assert PairJudgement.objects.count() == 4
    assert not Grade.objects.exists()
    assert [row.study_position for row in PairJudgement.objects.all()] == [1, 2, 3, 4]
    assert [row.session_position for row in PairJudgement.objects.all()] == [1, 2, 3, 4]


def test_a_double_click_is_one_judgement(study, ann):
    slot, key = next_slot(study, reviewer=ann), uuid.uuid4()
    args = {"reviewer": ann, "fence": slot.fence, "key": key}
    first = submit_pair(slot, **args, entry=judged())
    assert submit_pair(slot, **args, entry=judged(better="b")) == first
    assert PairJudgement.objects.get().better == first.better


def test_two_tabs_give_one_judgement_and_say_so(study, ann):
    slot = next_slot(study, reviewer=ann)
    judge(slot, ann)
    with pytest.raises(StaleLease, match="judged this pair before"):
        judge(slot, ann)
    other = next_slot(study, reviewer=ann)
    key = PairJudgement.objects.get().idempotency_key
    with pytest.raises(StaleLease, match="another pair"):
        submit_pair(other, reviewer=ann, fence=other.fence, key=key, entry=judged())
    other.refresh_from_db()
    assert other.state == Slot.State.LEASED


def test_an_expired_lease_that_went_to_another_is_refused(study, ann, bob):
    slot = next_slot(study, reviewer=ann)
    Slot.objects.exclude(pk=slot.pk).delete()
    Slot.objects.filter(pk=slot.pk).update(lease_until=timezone.now() - timedelta(hours=1))
    assert next_slot(study, reviewer=bob).pk == slot.pk
    with pytest.raises(StaleLease, match="dealt anew"):
        judge(slot, ann)
    assert not PairJudgement.objects.exists()


def test_a_closed_study_takes_no_judgement(study, ann):
    slot = next_slot(study, reviewer=ann)
    close_study(study, by=study.created_by)
    with pytest.raises(StaleLease, match="closed"):
        judge(slot, ann)


def test_all_criteria_or_the_reason_why_not(study, ann):
    slot = next_slot(study, reviewer=ann)
    with pytest.raises(Refusal, match="which is more precise"):
        judge(slot, ann, more_coherent="")
    with pytest.raises(Refusal, match="leave all choices empty"):
        judge(slot, ann, cannot_judge="outside_specialty")
    nothing = {"more_precise": "", "more_coherent": "", "better": ""}
    judgement = judge(slot, ann, **nothing, cannot_judge="outside_specialty")
    assert (judgement.better, judgement.cannot_judge) == ("", "outside_specialty")


def test_an_amendment_is_a_revision_with_a_reason(study, ann):
    slot = next_slot(study, reviewer=ann)
    first = judge(slot, ann)
    Draft.objects.create(item=slot.item, reviewer=ann)
    args = {"reviewer": ann, "key": uuid.uuid4(), "entry": judged(better="tie")}
    with pytest.raises(CannotAmend, match="Say why"):
        amend_pair(slot, **args, reason=" ")
    second = amend_pair(slot, **args, reason="read again")
    assert amend_pair(slot, **args, reason="read again") == second
    first.refresh_from_db()
    assert (first.is_current, second.is_current) == (False, True)
    assert (second.revision, second.better, second.amend_reason) == (2, "tie", "read again")
    assert not Draft.objects.exists()
    close_study(study, by=study.created_by)
    with pytest.raises(CannotAmend, match="closed"):
        amend_pair(slot, **(args | {"key": uuid.uuid4()}), reason="too late")


def test_every_judgement_is_in_the_studys_audit_chain(study, ann):
    judgement = judge(next_slot(study, reviewer=ann), ann)
    event = Event.objects.filter(chain__name=study.event_chain).latest("pk")
    assert (event.action, event.payload["better"]) == ("pair.judged", judgement.better)


def test_a_declined_pair_does_not_come_back(study, ann):
    slot = next_slot(study, reviewer=ann)
    decline_item(slot, reviewer=ann, fence=slot.fence, reason="a friend's question")
    seen = set()
    while again := next_slot(study, reviewer=ann):
        judge(again, ann)
        seen.add(again.item_id)
    assert slot.item_id not in seen
    assert len(seen) == 3


@pytest.mark.database_dialect
def test_a_judgement_is_never_changed_or_deleted(study, ann):
    judgement = judge(next_slot(study, reviewer=ann), ann)
    rows = PairJudgement.objects.filter(pk=judgement.pk)
    for change in ({"better": "tie"}, {"comment": "x"}, {"flag_first": "severe"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()


@pytest.mark.database_dialect
def test_the_database_holds_no_half_judgement(study, ann):
    slot = next_slot(study, reviewer=ann)
    fields = {"slot": slot, "item": slot.item, "reviewer": ann, "shown_left": "first"}
    for wrong in ({"better": "first"}, {"better": "tie", "cannot_judge": "context_missing"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PairJudgement.objects.create(**fields, **wrong)


def test_positions_are_balanced_by_chance_and_never_change(study, ann, bob):
    items = list(study.items.select_related("study"))
    for item in items:
        assert positions_of(item, reviewer=ann) == positions_of(item, reviewer=ann)
    new = [make_item(study, 1) for _ in range(1000)]
    lefts = [[positions_of(item, reviewer=one).left for item in new] for one in (ann, bob)]
    assert 900 < [*lefts[0], *lefts[1]].count(PairJudgement.Side.FIRST) < 1100
    apart = [one != other for one, other in zip(*lefts, strict=True)]
    assert 430 < sum(apart) < 570
