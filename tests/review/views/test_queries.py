"""What a page asks the database does not grow with the study."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from review.queue.claim import next_slot
from tests import actors, factories
from tests.review.submitting import submit

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]

MOST_QUERIES = 12


def test_the_grading_page_asks_at_most_12_and_the_same_of_3_and_of_30_items():
    lead, ann, ben = actors.lead(), actors.reviewer("ann"), actors.reviewer("ben")
    client, asked = actors.signed_in(ann.user), []
    for size in (3, 30):
        study = factories.study(
            ann, ben, opened_by=lead, size=size, overlap=2, name=f"study of {size}"
        )
        for _ in range(size // 2):
            submit(next_slot(study, reviewer=ann), ann)
        slot = next_slot(study, reviewer=ann)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("review:grade", args=[slot.item.code]))
        asked.append(len(queries))
    assert asked[0] == asked[1] <= MOST_QUERIES
