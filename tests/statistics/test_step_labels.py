"""The panel's label of each step: what all who labelled say alike, else that they disagree."""

import pytest

from pipeline.statistics.step_labels import step_consensus

OK, WRONG = "correct", "incorrect"


@pytest.mark.parametrize(
    ("labels", "agreed"),
    [
        ([], ()),
        ([(), ()], ()),
        ([(OK, WRONG)], (OK, WRONG)),
        ([(OK, WRONG), ()], (OK, WRONG)),
        ([(OK, WRONG), (OK, OK)], (OK, "disagreed")),
        ([(OK, OK), (OK, OK), ("unsupported", OK)], ("disagreed", OK)),
    ],
)
def test_a_step_has_the_label_that_all_give_it(labels, agreed):
    assert step_consensus(labels) == agreed


def test_labels_of_other_steps_are_an_error():
    with pytest.raises(ValueError, match="zip"):
        step_consensus([(OK,), (OK, OK)])
