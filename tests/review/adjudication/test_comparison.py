"""Grades side by side: letters that tell nothing and stay, what differs first."""

from itertools import pairwise

import pytest

from review.adjudication.comparison import compare, letters_of
from review.adjudication.settle import grades_to_settle
from review.models import Item
from tests import actors, factories
from tests.review.disagreeing import grade_row

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return [actors.reviewer(name) for name in ("annabel", "benedict", "cemile", "diana")]


@pytest.fixture
def item(people) -> Item:
    study = factories.study(*people, opened_by=actors.lead(), size=1, overlap=4)
    return study.items.get()


def compared(item):
    return compare(item, grades_to_settle(item))


def test_what_brought_the_item_here_comes_first_then_what_differs(item, people):
    labels = ["correct", "incorrect"]
    grade_row(item, people[0], cot_precision=5, labels=labels)
    grade_row(item, people[1], cot_precision=2, cot_coherence=3, labels=labels)
    rows = compared(item).rows
    assert rows[0].title == "Precision"
    assert sorted(rows[0].values) == ["2", "5"]
    assert [row.title for row in rows if row.reason] == ["Precision"]
    assert [row.differs for row in rows] == sorted((row.differs for row in rows), reverse=True)
    assert rows[1].title == "Coherence"
    assert {row.step for row in rows if row.step} == {1, 2}


def test_letters_are_distinct_and_nobody_loses_theirs_to_a_later_grade(item, people):
    given = []
    for person in people:
        grade_row(item, person)
        given.append(letters_of(item))
    for earlier, later in pairwise(given):
        assert earlier.items() <= later.items()
    assert len(set(given[-1].values())) == 4


def test_letters_do_not_follow_the_order_in_which_people_graded(people):
    study = factories.study(*people, opened_by=actors.lead("chief"), size=4, overlap=4, name="many")
    orders = set()
    for one in study.items.all():
        for person in people:
            grade_row(one, person)
        letters = letters_of(one)
        orders.add(tuple(sorted(letters, key=letters.get)))
    assert len(orders) > 1


def test_no_name_and_no_pseudonym_is_in_it(item, people):
    for person in people:
        grade_row(item, person, comment="mine", decision=("accept", "reject")[person == people[0]])
    said = repr([(row.title, row.values) for row in compared(item).rows]) + repr(
        compared(item).remarks
    )
    assert not [one for one in people if one.user.username in said or one.pseudonym in said]


def test_a_warning_after_the_reveal_has_a_column_of_its_own(item, people):
    grade_row(item, people[0])
    grade_row(item, people[0], revision=2, after_reveal=True, safety_flag="severe")
    first, second = compared(item).columns
    assert first.letter == second.letter
    assert {first.note, second.note} == {"", "after the reveal"}
    assert compared(item).reasons == ("a safety flag",)
