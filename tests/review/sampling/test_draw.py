"""Sampling: allocation over strata, and recorded inclusion probabilities."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.models import Trace
from review.sampling.draw import ALLOCATIONS, VARIABLES, allocate, draw, population
from tests import factories


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 500), min_size=1),
    st.integers(1, 3000),
    st.sampled_from(list(ALLOCATIONS)),
    st.integers(1, 40),
)
def test_allocation_sums_up_and_keeps_every_minimum(available, size, allocation, minimum):
    taken = allocate(available, size, allocation=allocation, minimum=minimum)
    total = sum(available.values())
    floors = {name: min(minimum, count) for name, count in available.items()}
    assert sum(taken.values()) == min(total, max(size, sum(floors.values())))
    assert all(floors[name] <= taken[name] <= available[name] for name in available)


def test_allocation_is_proportional():
    assert allocate({"kept": 80, "discarded": 20}, 10) == {"kept": 8, "discarded": 2}


def test_allocation_may_favour_small_strata():
    available = {"kept": 900, "discarded": 100}
    assert allocate(available, 40, allocation="square_root") == {"kept": 30, "discarded": 10}
    assert allocate(available, 40, allocation="equal") == {"kept": 20, "discarded": 20}
    assert allocate(available, 300, allocation="equal") == {"kept": 200, "discarded": 100}
    assert allocate(available, 40, minimum=15) == {"kept": 25, "discarded": 15}


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
    strata = population([batch], include_discarded=True).strata
    assert rows[0].pk in strata["house, discarded"]
    assert sum(map(len, strata.values())) == 3
    assert "house, discarded" not in population([batch], include_discarded=False).strata


@pytest.mark.django_db
@pytest.mark.parametrize("variable", VARIABLES)
def test_every_variable_splits_the_same_population(variable):
    batch = factories.made_batch(4)
    Trace.objects.filter(pk=batch.traces.first().pk).update(kept=False)
    strata = population([batch], include_discarded=True, variables=[variable]).strata
    assert sorted(pk for ids in strata.values() for pk in ids) == sorted(
        batch.traces.values_list("pk", flat=True)
    )
    assert all(strata)


@pytest.mark.django_db
def test_strata_are_combinations_of_the_chosen_variables():
    batch = factories.made_batch(4)
    rows = list(batch.traces.order_by("pk"))
    type(rows[0].question).objects.filter(pk=rows[0].question_id).update(specialty=" Cardiology ")
    Trace.objects.filter(pk=rows[1].pk).update(kept=False)
    kept = {row.pk: "kept" if row.kept else "discarded" for row in batch.traces.all()}
    strata = population([batch], include_discarded=True, variables=["specialty", "verdict"]).strata
    assert strata[f"cardiology, {kept[rows[0].pk]}"] == [rows[0].pk]
    assert rows[1].pk in strata["no specialty, discarded"]
    assert list(population([batch], include_discarded=True, variables=[]).strata) == ["all"]


@pytest.mark.django_db
def test_path_length_is_that_of_the_longest_cited_path():
    strata = population(
        [factories.made_batch(4)], include_discarded=True, variables=["path_length"]
    ).strata
    assert all(name.split()[0].isdigit() for name in strata)
    assert {name.split()[1] for name in strata} <= {"edge", "edges"}
