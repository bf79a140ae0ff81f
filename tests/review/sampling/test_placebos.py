"""Placebos are drawn at random within arm and verdict, one a question, none of the sample's."""

from typing import Any

import pytest

from pipeline.core.errors import Refusal
from pipeline.models import Trace
from review.sampling.placebos import draw_placebos
from tests.review.placebo_study import batch_with_placebos

pytestmark = pytest.mark.django_db
PLAN: dict[str, Any] = {"seed": 3, "include_discarded": True, "without": ()}


@pytest.fixture
def batch():
    """Some of the placebos were kept."""
    batch = batch_with_placebos(8)
    made = Trace.objects.exclude(arm="key").filter(state="made").order_by("pk")
    Trace.objects.filter(pk__in=list(made.values_list("pk", flat=True))[::2]).update(kept=True)
    return batch


def drawn(batch, count, **changes):
    ids = draw_placebos([batch], count=count, **(PLAN | changes))
    return [Trace.objects.get(pk=pk) for pk in ids]


def test_none_is_drawn_unless_asked_for(batch):
    assert drawn(batch, 0) == []


def test_one_of_each_question_and_none_towards_the_key(batch):
    rows = drawn(batch, 8)
    assert len({row.question_id for row in rows}) == 8
    assert all(row.is_placebo and row.state == "made" and row.is_current for row in rows)


def test_the_seed_alone_decides(batch):
    assert drawn(batch, 5) == drawn(batch, 5)
    assert len({tuple(row.pk for row in drawn(batch, 5, seed=seed)) for seed in range(5)}) > 1


def test_arms_and_verdicts_take_turns(batch):
    arms = {(row.arm, row.kept) for row in drawn(batch, 4)}
    assert len(arms) == 4


def test_questions_of_the_study_are_not_asked_again_with_another_key(batch):
    asked = set(batch.traces.order_by("question").values_list("question", flat=True)[:9])
    assert not asked & {row.question_id for row in drawn(batch, 5, without=asked)}
    with pytest.raises(Refusal, match=r"6 placebo items .* on 5 questions outside the sample"):
        drawn(batch, 6, without=asked)


def test_a_study_of_kept_traces_has_kept_placebos(batch):
    assert {row.kept for row in drawn(batch, 4, include_discarded=False)} == {True}
