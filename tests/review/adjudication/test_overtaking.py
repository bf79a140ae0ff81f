"""When a grade that came after a settlement reopens its item, for the queue and for releases."""

import random
from collections.abc import Iterable

import pytest

from pipeline.accounts.roles import Role
from review.adjudication.settle import awaiting_adjudication
from review.models import Adjudication, Grade, Item
from tests import actors, factories
from tests.review.disagreeing import evidence_of, grade_row, settle

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]

DECISIONS = ("accept", "revise", "reject")
FLAGS = ("", "", "", "mild", "severe")


@pytest.fixture
def people():
    return [actors.reviewer(name) for name in ("ann", "ben", "cem")]


@pytest.fixture
def judge():
    return actors.person("judge", Role.ADJUDICATOR)


@pytest.fixture
def item(people):
    study = factories.study(*people, opened_by=actors.lead(), size=1, overlap=3)
    return study.items.get()


def waits(item: Item) -> bool:
    return awaiting_adjudication(item.study).filter(pk=item.pk).exists()


def counts(item: Item) -> bool:
    """Whether a release would take the item's label, its answer key and licence aside."""
    return evidence_of(item).consensus is not None


@pytest.mark.parametrize("scale", ["precision", "coherence"])
@pytest.mark.parametrize(
    ("settled", "later", "reopened"),
    [(3, 5, True), (3, 4, False), (3, 3, False), (3, 2, False), (3, 1, True), (1, 5, True)],
)
def test_a_later_rating_reopens_from_exactly_two_above_or_below(
    item, people, judge, scale, settled, later, reopened
):
    grade_row(item, people[0])
    settle(item, judge, **{scale: settled})
    grade_row(item, people[1], **{f"cot_{scale}": later})
    assert (waits(item), counts(item)) == (reopened, not reopened)


@pytest.mark.parametrize("unable", [{}, {"decision": "", "cannot_judge": "context_missing"}])
@pytest.mark.parametrize(
    ("settled", "later", "reopened"),
    [
        ("mild", "", False),
        ("mild", "mild", False),
        ("mild", "severe", True),
        ("severe", "mild", True),
        ("", "mild", True),
    ],
)
def test_a_later_flag_reopens_unless_it_says_the_severity_that_was_settled(
    item, people, judge, settled, later, reopened, unable
):
    grade_row(item, people[0], safety_flag="mild")
    settle(item, judge, safety_flag=settled)
    grade_row(item, people[1], safety_flag=later, **unable)
    assert (waits(item), counts(item)) == (reopened, not reopened)


def test_ratings_never_reopen_a_control_item(item, people, judge):
    Item.objects.filter(pk=item.pk).update(kind="control", inclusion_probability=None)
    item.refresh_from_db()
    grade_row(item, people[0], safety_flag="mild")
    settle(item, judge, safety_flag="mild")
    grade_row(item, people[1], cot_precision=1, decision="reject")
    assert (waits(item), counts(item)) == (False, True)


@pytest.mark.usefixtures("unguarded")
def test_an_item_waits_exactly_while_its_settlement_does_not_count(item, people, judge):
    """And exactly where the review protocol says so, over many panels before and after."""
    chance = random.Random(5)
    repeat = Item.objects.create(
        study=item.study, trace=item.trace, kind=Item.Kind.REPEAT, repeat_of=item
    )
    grades = [grade_row(item, person) for person in people]
    grades.append(grade_row(item, people[0], revision=2, after_reveal=True))
    grades.append(grade_row(repeat, people[1]))
    settled = settle(item, judge)
    reopened = 0
    for _ in range(80):
        for grade in grades:
            Grade.objects.filter(pk=grade.pk).update(**_some_grade(chance))
        Adjudication.objects.update(
            precision=chance.randint(2, 4),
            coherence=chance.randint(2, 4),
            decision=chance.choice(DECISIONS),
            safety_flag=chance.choice(FLAGS),
        )
        settled.grades.set(chance.sample(grades, chance.randint(2, 5)))
        settled.refresh_from_db()
        later = Grade.objects.exclude(adjudications=settled)
        expected = _overtaken(settled, later)
        assert (waits(item), counts(item)) == (expected, not expected)
        reopened += expected
    assert 20 < reopened < 60


def _some_grade(chance: random.Random) -> dict[str, object]:
    return {
        "cot_precision": chance.randint(2, 4),
        "cot_coherence": chance.randint(2, 4),
        "decision": chance.choice(("accept", *DECISIONS)),
        "safety_flag": chance.choice(FLAGS),
        "cannot_judge": chance.choice(("", "", "question_faulty")),
    }


def _overtaken(settled: Adjudication, later: Iterable[Grade]) -> bool:
    """The protocol's words in Python, grade by grade."""
    for grade in later:
        rated = not (grade.cannot_judge or grade.after_reveal or grade.item_id != settled.item_id)
        if grade.safety_flag not in ("", settled.safety_flag):
            return True
        if rated and (
            abs(grade.cot_precision - settled.precision) >= 2
            or abs(grade.cot_coherence - settled.coherence) >= 2
            or (grade.decision == "accept") != (settled.decision == "accept")
        ):
            return True
    return False
