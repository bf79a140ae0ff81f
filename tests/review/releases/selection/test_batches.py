"""What a manifest says of each batch: its models as they answered, and what came of its traces."""

import pytest

from pipeline.models import Trace
from review.releases.selection.batches import batch_counts
from review.releases.selection.tally import Tally
from tests import factories
from tests.factories import endpoints

pytestmark = pytest.mark.django_db


def counted(batch):
    (said,) = batch_counts([batch], Tally())
    return said


def test_every_trace_that_was_asked_for_is_made_failed_or_unfinished():
    batch = factories.batch(4)
    first, second, *_ = batch.traces.order_by("pk")
    Trace.objects.filter(pk=first.pk).update(state="failed", failure_reason="no_path")
    said = counted(batch)
    assert (said["made"], said["failed"], said["unfinished"]) == (0, {"no path": 1}, 3)
    Trace.objects.filter(pk=second.pk).update(is_current=False)
    assert counted(batch)["unfinished"] == 2


def test_a_model_that_answers_by_another_name_is_told_by_both():
    batch = factories.model_batch(1)
    endpoint = batch.reasoner_endpoint
    assert counted(batch)["reasoner"] == endpoint.model
    assert counted(batch)["second_reader"] == batch.reader_endpoint.model
    for name in (endpoint.model, "beta-q4"):
        endpoints.call(batch, served_by=endpoint, answer_model=name)
    assert counted(batch)["reasoner"] == f"{endpoint.model} (answered as beta-q4)"
