"""Control items and repeats look like any item (attack case 26): ids, order, markup, work done."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from pipeline.models import Question, Trace
from review.grading.controls import ExpectedGrade, mark_control
from review.grading.reveal import peers_shown, reveal_next
from review.models import Item, Reviewer, Slot, Study
from review.models.items import new_code
from review.queue.candidates import withheld_for
from review.queue.claim import next_slot
from review.queue.order import rank_in_bucket
from review.queue.reviewer_progress import own_grades
from review.studies.lifecycle import StudyPlan, open_study
from tests import actors, factories
from tests.review.placebo_study import batch_with_placebos
from tests.review.submitting import submit

pytestmark = pytest.mark.django_db

KINDS = (Item.Kind.SAMPLED, Item.Kind.CONTROL, Item.Kind.REPEAT, Item.Kind.PLACEBO)
GAP = 4


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def ann() -> Reviewer:
    return actors.reviewer("ann")


@pytest.fixture
def study(lead, ann) -> Study:
    """A study in which every item is repeated and six control items and placebos are put in."""
    checks = factories.made_batch(6, name="checks", first=100).traces.all()
    controls = [mark_control(trace, expected=ExpectedGrade(4, 4), by=lead) for trace in checks]
    plan = StudyPlan(
        "study",
        [batch_with_placebos(20)],
        [ann],
        overlap=1,
        controls=controls,
        repeat_share=1.0,
        repeat_gap=GAP,
        size=12,
        placebo_items=6,
    )
    return open_study(plan, opened_by=lead)


def masked(content: bytes, code: str) -> str:
    """A page without what differs at each request anyway."""
    text = content.decode()
    for changing in (code, r'"X-CSRFToken": "\w+"', r'value="[\w-]{36,}"'):
        text = re.sub(changing, "", text)
    return text


def test_pages_of_one_trace_are_the_same_bytes_whatever_the_kind(study, ann):
    """One and the same trace as a sampled item, a control item, a repeat and a placebo."""
    sampled = study.items.filter(kind=Item.Kind.SAMPLED).first()
    repeat = study.items.get(kind=Item.Kind.REPEAT, repeat_of=sampled)
    control = study.items.filter(kind=Item.Kind.CONTROL).first()
    placebo = study.items.filter(kind=Item.Kind.PLACEBO).first()
    Item.objects.filter(pk__in=[control.pk, placebo.pk]).update(trace=sampled.trace)
    client = actors.signed_in(ann.user)
    seen = []
    for item in (sampled, control, repeat, placebo):
        Slot.objects.filter(reviewer=ann).update(state="open", reviewer=None, lease_until=None)
        slot = item.slots.get()
        later = timezone.now() + timedelta(minutes=30)
        Slot.objects.filter(pk=slot.pk).update(
            state="leased", reviewer=ann, fence=1, position=1, lease_until=later
        )
        address = reverse("review:grade", args=[item.code])
        page, refused = client.get(address), client.post(address, {"fence": 1})
        headers = {name: said for name, said in page.headers.items() if name != "Expires"}
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        seen.append(
            (
                masked(page.content, item.code),
                masked(refused.content, item.code),
                len(page.content),
                str(headers),
                len(queries),
            )
        )
    assert seen[0] == seen[1] == seen[2] == seen[3]


def test_a_claim_asks_the_database_the_same_for_every_kind(study, ann):
    asked: dict[str, set[int]] = {kind: set() for kind in KINDS}
    for _ in range(60):
        with CaptureQueriesContext(connection) as queries:
            slot = next_slot(study, reviewer=ann)
        if slot is None:
            break
        asked[slot.item.kind].add(len(queries))
        submit(slot, ann)
    assert all(len(counts) == 1 for counts in asked.values())
    assert len(set(map(frozenset, asked.values()))) == 1


def test_codes_and_order_follow_from_chance_alone(study, ann):
    codes = dict(study.items.values_list("code", "kind"))
    assert {len(code) for code in codes} == {len(new_code())}
    dealt = []
    while (slot := next_slot(study, reviewer=ann)) is not None:
        if slot.item.kind != Item.Kind.REPEAT:
            dealt.append(slot.item.code)
        submit(slot, ann)
    # Where an item comes depends on its code, and nothing but chance makes a code.
    assert dealt == sorted(
        dealt, key=lambda code: rank_in_bucket(code, seed=study.seed, reviewer_id=ann.pk)
    )
    assert len(dealt) == 24


def test_no_two_items_of_a_trace_but_an_item_and_its_repeat(study):
    for trace in Trace.objects.filter(items__study=study).distinct():
        kinds = sorted(study.items.filter(trace=trace).values_list("kind", flat=True))
        assert kinds in (["control"], ["placebo"], ["repeat", "sampled"])


def submitted(study: Study, ann: Reviewer) -> Iterator[Slot]:
    """Every slot the queue deals her, each graded once the test has looked around."""
    while (slot := next_slot(study, reviewer=ann)) is not None:
        yield slot
        submit(slot, ann)


def test_what_the_history_lists_follows_from_the_place_alone(lead, ann):
    """Were the first of a repeat alone left out, what is missing would name it."""
    batch = factories.made_batch(60)
    plan = StudyPlan("listed", [batch], [ann], overlap=1, repeat_share=0.2, repeat_gap=GAP, seed=3)
    study = open_study(plan, opened_by=lead)
    kinds = set()
    for slot in submitted(study, ann):
        kinds.add(slot.item.kind)
        listed = own_grades(study, reviewer=ann).values_list("slot__position", flat=True)
        assert sorted(listed) == list(range(1, slot.position - withheld_for(study) + 1))
    assert kinds == {Item.Kind.SAMPLED, Item.Kind.REPEAT}
    Study.objects.update(state=Study.State.CLOSED)
    study.refresh_from_db()
    assert own_grades(study, reviewer=ann).count() == ann.grades.count()


def test_progress_says_the_same_of_every_kind(study, ann):
    """The number of items only falls by what nobody is left to be dealt, never with a kind."""
    client, sizes = actors.signed_in(ann.user), set()
    for slot in submitted(study, ann):
        page = client.get(reverse("review:grade", args=[slot.item.code])).content.decode()
        number, size = map(int, re.search(r"Item (\d+) of (\d+)", page).groups())
        assert number == slot.position
        sizes.add(size)
    assert len(sizes) == 1


def test_a_control_item_of_another_specialty_waits_like_any(lead, ann):
    ben, field = actors.reviewer("ben"), "cardiology"
    Reviewer.objects.filter(pk=ben.pk).update(specialty=field)
    ben.refresh_from_db()
    checks = factories.made_batch(4, name="checks", first=100).traces.all()
    controls = [mark_control(trace, expected=ExpectedGrade(4, 4), by=lead) for trace in checks]
    batch = factories.made_batch(4)
    some = list(Question.objects.order_by("pk").values_list("pk", flat=True))[::2]
    Question.objects.filter(pk__in=some).update(specialty=field)
    plan = StudyPlan(
        "routed", [batch], [ann, ben], overlap=2, controls=controls, route_by_specialty=True
    )
    study = open_study(plan, opened_by=lead)
    at_once = {(slot.item.kind, slot.item.specialty) for slot in submitted(study, ann)}
    assert at_once == {(Item.Kind.SAMPLED, ""), (Item.Kind.CONTROL, "")}
    Item.objects.update(open_to_all_at=timezone.now())
    later = {(slot.item.kind, slot.item.specialty) for slot in submitted(study, ann)}
    assert later == {(Item.Kind.SAMPLED, field), (Item.Kind.CONTROL, field)}


def test_a_reveal_shows_no_more_peers_of_a_control_item_than_of_any(lead, ann):
    peers = [actors.reviewer(name) for name in ("ben", "cyd", "dan")]
    checks = factories.made_batch(2, name="checks", first=100).traces.all()
    controls = [mark_control(trace, expected=ExpectedGrade(4, 4), by=lead) for trace in checks]
    plan = StudyPlan(
        "shown",
        [factories.made_batch(4)],
        [ann, *peers],
        overlap=2,
        controls=controls,
        reveal_after_submit=True,
    )
    study = open_study(plan, opened_by=lead)
    seen = {}
    for reviewer in (*peers, ann):
        for slot in submitted(study, reviewer):
            seen[slot.item.kind] = slot.item
    shown = {}
    for kind, item in seen.items():
        someone = item.grades.first().reviewer
        reveal_next(item, reviewer=someone)
        shown[kind] = len(peers_shown(item, reveal_next(item, reviewer=someone)))
    assert shown == {Item.Kind.SAMPLED: 1, Item.Kind.CONTROL: 1}
