"""The board: how far grading is, who did it, what waits for adjudication."""

import pytest

from review.board import board_of, discordant_items
from review.models import Adjudication, Grade
from review.queue import next_slot
from tests import actors, factories
from tests.review.submitting import grade_all, submit

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def ann():
    return actors.reviewer("ann")


@pytest.fixture
def ben():
    return actors.reviewer("ben")


@pytest.fixture
def study(lead, ann, ben):
    return factories.study(ann, ben, opened_by=lead, size=3, overlap=2)


def test_a_fresh_study_has_everything_to_do(study):
    board = board_of(study)
    assert (board.items, board.grades, board.grades_needed) == (3, 0, 6)
    assert (board.items_complete, len(board.discordant)) == (0, 0)
    assert [(one.username, one.graded, one.holding) for one in board.reviewers] == [
        ("ann", 0, 0),
        ("ben", 0, 0),
    ]


def test_grades_and_held_items_are_counted_by_reviewer(study, ann, ben):
    grade_all(study, ann)
    submit(next_slot(study, reviewer=ben), ben)
    next_slot(study, reviewer=ben)
    board = board_of(study)
    assert (board.grades, board.items_complete) == (4, 1)
    assert [(one.graded, one.holding) for one in board.reviewers] == [(3, 0), (1, 1)]


def test_another_studys_grades_do_not_count_here(study, lead, ann):
    other = factories.study(ann, opened_by=lead, size=2, name="other")
    grade_all(other, ann)
    assert board_of(study).grades == 0
    assert [one.graded for one in board_of(study).reviewers] == [0, 0]
    assert board_of(other).items_complete == 2


@pytest.mark.parametrize(
    ("second", "discordant"),
    [
        ({"cot_precision": 4}, False),
        ({"cot_precision": 3}, False),
        ({"cot_precision": 2}, True),
        ({"cot_coherence": 3}, True),
        ({"decision": "revise"}, True),
    ],
)
def test_items_whose_grades_disagree_wait_for_adjudication(study, ann, ben, second, discordant):
    grade_all(study, ann)
    grade_all(study, ben, **second)
    assert len(discordant_items(study)) == len(board_of(study).discordant) == 3 * discordant


@pytest.mark.usefixtures("unguarded")
def test_a_safety_flag_waits_for_adjudication_even_from_one_reviewer(study, ann):
    submit(next_slot(study, reviewer=ann), ann)
    Grade.objects.update(safety_flag="severe")
    assert len(board_of(study).discordant) == 1


def test_one_grade_alone_disagrees_with_nobody(study, ann):
    grade_all(study, ann)
    assert discordant_items(study) == []


def test_an_adjudicated_item_waits_no_longer(study, lead, ann, ben):
    grade_all(study, ann)
    grade_all(study, ben, cot_precision=1)
    item = discordant_items(study)[0]
    Adjudication.objects.create(
        item=item, adjudicator=lead, precision=3, coherence=3, decision="revise", rationale="Seen."
    )
    assert item not in discordant_items(study)
    assert len(board_of(study).discordant) == 2


@pytest.mark.usefixtures("unguarded")
def test_who_could_not_judge_disagrees_with_nobody(study, ann, ben):
    grade_all(study, ann)
    grade_all(study, ben, cot_precision=1)
    Grade.objects.filter(reviewer=ben).update(
        cot_precision=None, cot_coherence=None, decision="", cannot_judge="outside_specialty"
    )
    assert discordant_items(study) == []
