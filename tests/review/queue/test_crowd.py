"""Many at once, without a pause: nothing over-assigned, nothing lost, no error."""

import threading
from collections import Counter

import pytest
from django.db import connection

from review.models import Grade, Item, Slot, Study, StudyReviewer
from review.queue.claim import next_slot
from tests import actors, factories
from tests.review.submitting import submit

CLIENTS, ITEMS, OVERLAP = 24, 60, 3


@pytest.mark.django_db(transaction=True)
def test_24_people_grade_60_items_three_times_each():
    people = [actors.reviewer(f"r{number}") for number in range(CLIENTS)]
    study = factories.study(*people, opened_by=actors.lead(), size=ITEMS, overlap=OVERLAP)
    errors: list[Exception] = []
    start = threading.Barrier(CLIENTS)
    threads = [threading.Thread(target=_work, args=(study, one, start, errors)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    _nothing_over_assigned_or_lost(study)


def _work(study: Study, person, start: threading.Barrier, errors: list[Exception]) -> None:
    try:
        start.wait()
        while (slot := next_slot(study, reviewer=person)) is not None:
            submit(slot, person)
    except Exception as error:
        errors.append(error)
    finally:
        connection.close()


def _nothing_over_assigned_or_lost(study: Study) -> None:
    items = Item.objects.filter(study=study).count()
    assert Slot.objects.filter(state=Slot.State.FILLED).count() == items * OVERLAP
    graded = Counter(Grade.objects.values_list("item", "reviewer"))
    assert len(graded) == items * OVERLAP
    assert set(graded.values()) == {1}
    assert set(Counter(item for item, _ in graded).values()) == {OVERLAP}
    dealt = sum(StudyReviewer.objects.values_list("dealt", flat=True))
    assert dealt == items * OVERLAP
