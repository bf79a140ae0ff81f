"""A name is given to one batch only."""

import pytest

from pipeline.batches.lifecycle import start_batch
from pipeline.batches.starting.names import MAX_LENGTH, next_name, unused_name
from pipeline.core.config import preset
from pipeline.core.errors import Refusal
from pipeline.models import Batch
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch() -> Batch:
    return factories.batch(1, name="Pilot")


def another(batch: Batch, name: str) -> Batch:
    return start_batch(
        batch.question_set,
        knowledge_graph=batch.knowledge_graph,
        config=preset("demonstration"),
        name=name,
    )


@pytest.mark.parametrize("name", ["Pilot", "pilot"])
def test_a_name_that_a_batch_has_is_refused_with_a_suggestion(batch, name):
    with pytest.raises(Refusal, match=f"{name}, 2") as caught:
        another(batch, name)
    assert caught.value.field == "name"
    assert another(batch, f"{name}, 2").name == f"{name}, 2"


def test_batches_without_a_name_are_told_apart(batch):
    names = [another(batch, "").name for _ in range(3)]
    made = f"{batch.question_set} on {batch.knowledge_graph}"
    assert names == [made, f"{made}, 2", f"{made}, 3"]


def test_a_suggestion_is_no_longer_than_a_name_may_be(batch):
    long = "x" * MAX_LENGTH
    another(batch, long)
    assert len(unused_name(long)) == MAX_LENGTH
    assert unused_name(long).endswith("x, 2")


def test_the_next_of_a_series_is_counted_on(batch):
    assert next_name("Pilot") == "Pilot, 2"
    another(batch, "Pilot, 2")
    assert next_name("Pilot, 2") == "Pilot, 3"
    assert next_name("Cardiology, adults") == "Cardiology, adults"
