"""The audit: events in hash chains in which a later change shows."""

import pytest
from django.db import IntegrityError, transaction

from pipeline.audit.verify import verify_chain
from pipeline.models import Event, EventChain
from pipeline.models.events import GENESIS, HOUSE
from tests import actors, factories

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]


@pytest.fixture
def three() -> list[Event]:
    subject = factories.question_set(0)
    lead = actors.lead()
    return [Event.objects.record(f"test.{n}", subject, by=lead, n=n, ü=[1.5]) for n in range(3)]


def breaks(chain: str = HOUSE) -> list[int]:
    """The first position at which the chain does not hold."""
    broken_at = verify_chain(EventChain.objects.get(name=chain)).broken_at
    return [] if broken_at is None else [broken_at]


def test_each_event_names_the_one_before_it(three):
    first, second, third = Event.objects.all()
    assert [event.position for event in (first, second, third)] == [1, 2, 3]
    assert first.previous == GENESIS
    assert (second.previous, third.previous) == (first.digest, second.digest)


def test_the_digest_recomputes_from_what_the_database_holds(three):
    assert breaks() == []


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize(
    "change",
    [{"payload": {"n": 7}}, {"action": "test.other"}, {"actor": None}, {"subject_id": "0"}],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_event_shows(three, change):
    Event.objects.filter(position=2).update(**change)
    assert breaks() == [2]


@pytest.mark.usefixtures("unguarded")
def test_a_changed_event_with_a_forged_digest_breaks_the_next_one(three):
    forged = Event.objects.get(position=2)
    forged.payload = {"n": 7}
    Event.objects.filter(pk=forged.pk).update(
        payload=forged.payload, digest=forged.computed_digest()
    )
    assert breaks() == [3]


@pytest.mark.usefixtures("unguarded")
def test_a_removed_event_shows(three):
    Event.objects.filter(position=2).delete()
    assert breaks() != []


@pytest.mark.usefixtures("unguarded")
def test_a_removed_last_event_shows_at_the_head(three):
    Event.objects.filter(position=3).delete()
    assert breaks() == [3]


def test_chains_count_apart(three):
    subject = factories.question_set(0, name="other")
    event = Event.objects.record("test.apart", subject, by=None, chain="study:1")
    assert (event.position, event.previous) == (1, GENESIS)
    assert breaks("study:1") == breaks() == []


def test_what_is_rolled_back_leaves_no_gap(three):
    with transaction.atomic():
        Event.objects.record("test.lost", three[0], by=None)
        transaction.set_rollback(True)
    Event.objects.record("test.next", three[0], by=None)
    assert breaks() == []


def test_a_position_is_taken_once(three):
    twin = Event.objects.get(position=2)
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)
