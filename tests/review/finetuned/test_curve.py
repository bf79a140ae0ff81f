"""The curve of training as a drawing and a table: nothing that was measured is lost on the way."""

import json
import math
from typing import Any

import pytest

from review.finetuned.curve import Curve, curve_of, curve_table
from review.finetuned.run_card import RunCard, read_card
from tests.review.finetuned import trained

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(graded_release) -> dict[str, Any]:
    return trained.card(graded_release)


def card_of(document: dict[str, Any], **changes: Any) -> RunCard:
    return read_card(json.dumps(document | changes))


def drawn(card: RunCard) -> Curve:
    found = curve_of(card)
    assert found is not None
    return found


def test_higher_losses_stand_higher_and_later_steps_further_right(document):
    curve = drawn(card_of(document))
    across, up = zip(*curve.marks, strict=True)
    assert list(across) == sorted(across)
    assert list(up) == sorted(up)  # the loss falls, and y grows downward
    assert all(0 < x <= curve.end and 0 < y <= curve.floor for x, y in curve.marks)
    assert [tick.text for tick in curve.up] == ["0", "1", "2", "3", "4"]
    assert [tick.text for tick in curve.across] == ["0", "60"]
    assert "Held-out loss: 3.1000 at step 0, 1.4582 at step 60." in curve.description


def test_the_table_has_the_held_out_losses_with_the_train_loss_of_their_step(document):
    table = curve_table(card_of(document))
    assert [row[0] for row in table.rows] == [60, 40, 20, 0]
    assert table.rows[0] == (60, "1.2582", "1.4582")
    assert table.rows[-1] == (0, "", "3.1000")
    assert "nats a response token" in table.note


def test_without_held_out_rows_a_few_steps_stand_in_the_table(document):
    curve = [{"step": step, "train_loss": 1.0} for step in range(1, 101)]
    card = card_of(document, curve=curve)
    assert [row[0] for row in curve_table(card).rows] == list(range(100, 0, -5))
    assert drawn(card).held_out == ""
    assert "Held-out loss: not measured." in drawn(card).description


def test_a_loss_that_is_no_number_is_counted_and_not_drawn(document):
    curve = [*document["curve"], {"step": 61, "train_loss": math.nan, "held_out_loss": math.inf}]
    card = card_of(document, curve=curve)
    assert drawn(card).without == 2
    assert "nan" not in drawn(card).train
    assert curve_table(card).rows[0] == (61, "not a number", "not a number")


@pytest.mark.parametrize("curve", [[], [{"step": 1}]])
def test_without_any_loss_there_is_no_drawing(document, curve):
    assert curve_of(card_of(document, curve=curve)) is None


def test_one_step_alone_is_drawn(document):
    curve = drawn(card_of(document, curve=[{"step": 0, "train_loss": 0.0}]))
    assert curve.up[-1].text != "0"
