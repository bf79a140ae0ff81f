"""Sampling: allocation over strata, and recorded inclusion probabilities."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.models import Trace
from review.sampling import allocate, draw, population
from tests import factories


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 500), min_size=1),
    st.integers(1, 3000),
)
def test_allocation_sums_up_and_leaves_no_stratum_out(available, size):
    taken = allocate(available, size)
    total = sum(available.values())
    assert sum(taken.values()) == min(total, max(size, len(available)))
    assert all(1 <= taken[name] <= available[name] for name in available)


def test_allocation_is_proportional():
    assert allocate({"kept": 80, "discarded": 20}, 10) == {"kept": 8, "discarded": 2}


def test_a_draw_records_the_chance_of_its_stratum():
    drawn = draw({"kept": list(range(80)), "discarded": list(range(80, 100))}, size=10, seed=1)
    assert len({one.trace_id for one in drawn}) == 10
    chances = {one.stratum: one.inclusion_probability for one in drawn}
    assert chances == {"kept": 0.1, "discarded": 0.1}


def test_a_draw_repeats_by_seed():
    strata = {"kept": list(range(100))}
    assert draw(strata, size=9, seed=4) == draw(strata, size=9, seed=4)
    assert draw(strata, size=9, seed=4) != draw(strata, size=9, seed=5)


@pytest.mark.django_db
def test_failed_traces_are_never_sampled_and_discarded_ones_by_default():
    batch = factories.made_batch(4)
    rows = list(batch.traces.order_by("pk"))
    Trace.objects.filter(pk=rows[0].pk).update(kept=False)
    Trace.objects.filter(pk=rows[1].pk).update(
        state=Trace.State.FAILED, kept=None, failure_reason="no_path"
    )
    strata = population([batch], include_discarded=True)
    assert rows[0].pk in strata["house, discarded"]
    assert sum(map(len, strata.values())) == 3
    assert "house, discarded" not in population([batch], include_discarded=False)
