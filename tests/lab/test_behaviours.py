"""Every behaviour is met as its row says, and the four invariants hold whatever it is."""

import pytest

from tests.lab.behaviour import LEVERS, Behaviour, Pauses, Refuses
from tests.lab.charges import Charges
from tests.lab.families import BEHAVIOURS
from tests.lab.replies import once
from tests.lab.trial import Laboratory, came_of, found_of

# Threads see each other's rows only outside of a transaction: see test_threads.py.
ALONE = [behaviour for behaviour in BEHAVIOURS if behaviour.threads == 1]
pytestmark = pytest.mark.django_db
every_behaviour = pytest.mark.parametrize("behaviour", ALONE, ids=str)


@every_behaviour
def test_what_the_endpoint_test_says_and_the_batch_does(
    behaviour: Behaviour, laboratory: Laboratory
):
    row = laboratory.new_endpoint(behaviour.stated)
    laboratory.server.behave(behaviour.reply)
    said = laboratory.test(row, pace=behaviour.pace)
    if isinstance(said, Refuses):
        laboratory.set_known(row)
    laboratory.server.behave(behaviour.reply)
    batch = laboratory.run(row)
    expected = f"test: {behaviour.test} | batch: {behaviour.batch}"
    outcome = f"test: {said} | batch: {came_of(batch)}"
    assert outcome == expected, f"\n{outcome}\n{expected}"
    charges = Charges.of(batch, laboratory.server.told)
    assert charges.are_right, charges


@every_behaviour
def test_one_odd_answer_lowers_nothing_for_good(behaviour: Behaviour, laboratory: Laboratory):
    row = laboratory.new_endpoint(behaviour.stated)
    known = dict(laboratory.set_known(row).dialect)
    laboratory.server.behave(once(behaviour.reply))
    laboratory.test(row)
    row.refresh_from_db()
    after = dict(found_of(row).dialect)
    # More room for an answer is no loss: a model that was seen to think is given it.
    after.pop("max_output_tokens", None)
    assert after == known


@every_behaviour
def test_every_refusal_names_what_a_lead_can_change(behaviour: Behaviour):
    refusals = (
        one for one in (behaviour.test, behaviour.batch) if isinstance(one, Refuses | Pauses)
    )
    assert all(one.naming in LEVERS for one in refusals)
