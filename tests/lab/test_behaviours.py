"""Every behaviour is met as its row says, and the four invariants hold whatever it is."""

import pytest

from tests.lab.behaviour import LEVERS, Behaviour, Pauses, Refuses
from tests.lab.families import BEHAVIOURS
from tests.lab.replies import GOOD, once
from tests.lab.trial import Charges, Laboratory, came_of

pytestmark = pytest.mark.django_db
every_behaviour = pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=str)


@every_behaviour
def test_what_the_endpoint_test_says_and_the_batch_does(
    behaviour: Behaviour, laboratory: Laboratory
):
    row = laboratory.new_endpoint(behaviour.stated)
    laboratory.server.behave(behaviour.reply)
    said = laboratory.test(row)
    if isinstance(said, Refuses):
        laboratory.server.behave(GOOD)
        laboratory.test(row)
        laboratory.server.behave(behaviour.reply)
    laboratory.server.told.clear()
    batch = laboratory.run(row)
    expected = f"test: {behaviour.test} | batch: {behaviour.batch}"
    assert f"test: {said} | batch: {came_of(batch)}" == expected
    charges = Charges.of(batch, laboratory.server.told)
    assert charges.are_right, charges


@every_behaviour
def test_one_odd_answer_lowers_nothing_for_good(behaviour: Behaviour, laboratory: Laboratory):
    row = laboratory.new_endpoint(behaviour.stated)
    laboratory.server.behave(GOOD)
    known = laboratory.test(row)
    laboratory.server.behave(once(behaviour.reply))
    laboratory.test(row)
    row.refresh_from_db()
    assert laboratory.known(row) == known
    assert laboratory.test(row) == known


@every_behaviour
def test_every_refusal_names_what_a_lead_can_change(behaviour: Behaviour):
    refusals = (
        one for one in (behaviour.test, behaviour.batch) if isinstance(one, Refuses | Pauses)
    )
    assert all(one.naming in LEVERS for one in refusals)
