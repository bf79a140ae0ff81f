"""Behaviours that show only when several calls are made at once."""

import pytest

from tests.lab.charges import Charges
from tests.lab.families import BEHAVIOURS
from tests.lab.trial import came_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "behaviour", [behaviour for behaviour in BEHAVIOURS if behaviour.threads > 1], ids=str
)
def test_a_batch_made_in_threads_ends_by_itself(behaviour, crowded_laboratory):
    row = crowded_laboratory.new_endpoint(behaviour.stated)
    crowded_laboratory.server.behave(behaviour.reply)
    assert crowded_laboratory.test(row) == behaviour.test
    crowded_laboratory.server.behave(behaviour.reply)
    batch = crowded_laboratory.run(row, threads=behaviour.threads)
    assert came_of(batch) == behaviour.batch
    charges = Charges.of(batch, crowded_laboratory.server.told)
    assert charges.reserved == 0
    assert charges.least <= charges.spent
