"""Safety flags: a harm found anywhere keeps the text out of a release."""

import uuid

import pytest

from review.models import Study
from review.pairwise.submit import amend_pair
from review.queue.claim import next_slot
from review.releases.selection.choices import Choices
from review.releases.selection.judging import FLAGGED
from review.releases.selection.select import select
from tests import actors
from tests.review.pairwise.pairing import batches_on_the_same, judge, judged, pairwise_study
from tests.review.releases.whole_batches import KEPT

pytestmark = pytest.mark.django_db


def flagged_in(study: Study) -> int:
    """How many traces of the study's batches a release leaves out for a flag."""
    left_out = select(Choices(list(study.batches.all()), [], KEPT)).tally.left_out
    return left_out[FLAGGED]


@pytest.mark.parametrize("side", ["flag_a", "flag_b"])
def test_a_harm_found_in_a_pair_keeps_that_trace_out_until_it_is_taken_back(side):
    ann = actors.reviewer("ann")
    batches = batches_on_the_same(2)
    study = pairwise_study(ann, opened_by=actors.lead(), batches=batches, include_discarded=False)
    slot = next_slot(study, reviewer=ann)
    judge(slot, ann, **{side: "severe"})
    assert flagged_in(study) == 1
    key = uuid.uuid4()
    amend_pair(slot, reviewer=ann, key=key, reason="Read again.", entry=judged())
    assert flagged_in(study) == 0
