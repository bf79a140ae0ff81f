"""The board: how far grading is, who did it, what waits for adjudication."""

import random

import pytest

from pipeline.statistics.consensus import is_discordant
from review.adjudication.settle import awaiting_adjudication
from review.evidence.items import sampled_evidence
from review.evidence.waiting import preliminary_of
from review.models import Adjudication, Grade, SendBack
from review.queue.claim import next_slot
from review.studies.lifecycle import close_study
from review.studies.progress import board_of, discordant_items, preliminary_counts
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
    assert (board.items_complete, board.waiting) == (0, 0)
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
    assert len(discordant_items(study)) == board_of(study).waiting == 3 * discordant


@pytest.mark.usefixtures("unguarded")
def test_a_safety_flag_waits_for_adjudication_even_from_one_reviewer(study, ann):
    submit(next_slot(study, reviewer=ann), ann)
    Grade.objects.update(safety_flag="severe")
    assert board_of(study).waiting == 1


def test_one_grade_alone_disagrees_with_nobody(study, ann):
    grade_all(study, ann)
    assert discordant_items(study) == []


def test_an_adjudicated_item_waits_no_longer(study, lead, ann, ben):
    grade_all(study, ann)
    grade_all(study, ben, cot_precision=1)
    item = discordant_items(study)[0]
    settled = Adjudication.objects.create(
        item=item, adjudicator=lead, precision=3, coherence=3, decision="revise", rationale="Seen."
    )
    settled.grades.set(item.grades.all())
    assert item not in discordant_items(study)
    assert board_of(study).waiting == 2


@pytest.mark.usefixtures("unguarded")
def test_who_could_not_judge_disagrees_with_nobody(study, ann, ben):
    grade_all(study, ann)
    grade_all(study, ben, cot_precision=1)
    Grade.objects.filter(reviewer=ben).update(
        cot_precision=None, cot_coherence=None, decision="", cannot_judge="outside_specialty"
    )
    assert discordant_items(study) == []


DECISIONS = ("accept", "revise", "reject")


@pytest.mark.usefixtures("unguarded")
def test_the_query_finds_what_the_rule_finds(study, ann, ben):
    """`awaiting_adjudication` says in SQL what `is_discordant` says of ratings."""
    chance = random.Random(3)
    for person in (ann, ben):
        grade_all(study, person)
    found = 0
    for _ in range(60):
        for grade in Grade.objects.all():
            Grade.objects.filter(pk=grade.pk).update(
                cot_precision=chance.randint(3, 5),
                cot_coherence=chance.randint(3, 5),
                decision=chance.choice((*DECISIONS[1:], *DECISIONS[1:], "accept")),
                first_incorrect_step=chance.choice((None, None, 0, 2)),
                safety_flag=chance.choice(("", "", "", "", "mild")),
                cannot_judge=chance.choice(("", "", "", "question_faulty")),
            )
        evidence = list(sampled_evidence(study))
        by_rule = {
            one.item
            for one in evidence
            # A warning counts even from who could not judge.
            if any(grade.safety_flag for grade in one.grades) or is_discordant(one.ratings)
        }
        assert set(awaiting_adjudication(study).values_list("pk", flat=True)) == by_rule
        found += len(by_rule)
        assert preliminary_counts(study) == preliminary_of(evidence)
    assert 20 < found < 160


@pytest.mark.usefixtures("unguarded")
def test_strata_pace_and_last_seen(study, ann):
    submit(next_slot(study, reviewer=ann), ann)
    Grade.objects.update(active_seconds=75, wall_seconds=300)
    board = board_of(study)
    assert sum(one.items for one in board.strata) == 3
    assert sum(one.grades for one in board.strata) == board.grades == 1
    assert board.still_needed == 5
    seen = {one.username: one for one in board.reviewers}
    assert (seen["ann"].pace, seen["ben"].pace) == (75, None)
    assert seen["ann"].last_seen >= Grade.objects.get().submitted_at
    assert seen["ben"].last_seen is None


def test_a_board_costs_the_same_for_three_items_and_for_thirty(
    study, lead, ann, ben, django_assert_num_queries
):
    large = factories.study(ann, ben, opened_by=lead, size=30, overlap=2, name="large")
    grade_all(large, ann)
    for one in (study, large):
        with django_assert_num_queries(10):
            board_of(one)


def test_a_study_is_preliminary_until_nothing_waits(study, lead, ann, ben):
    """The counts of the study's page are those of its reports, at every stage."""

    def said() -> str:
        counts = preliminary_counts(study)
        assert counts == preliminary_of(sampled_evidence(study))
        return counts.text

    assert said() == ""
    grade_all(study, ann)
    assert said() == "Preliminary: 3 of 3 graded items await a further grade."
    submit(next_slot(study, reviewer=ben), ben, cot_precision=1)
    assert said() == "Preliminary: 1 of 3 graded items awaits adjudication, 2 a further grade."
    grade_all(study, ben)
    assert said() == "Preliminary: 1 of 3 graded items awaits adjudication."
    item = discordant_items(study)[0]
    settled = Adjudication.objects.create(
        item=item, adjudicator=lead, precision=3, coherence=3, decision="revise", rationale="Seen."
    )
    settled.grades.set(item.grades.all())
    assert said() == ""


def test_grades_that_will_not_come_are_not_waited_for(study, lead, ann):
    submit(next_slot(study, reviewer=ann), ann)
    assert preliminary_counts(study).awaiting_grade == 1
    close_study(study, by=lead)
    study.refresh_from_db()
    assert preliminary_counts(study) == preliminary_of(sampled_evidence(study))
    assert not preliminary_counts(study)


def test_an_item_sent_back_waits_for_its_rater(study, lead, ann, ben):
    grade_all(study, ann)
    grade_all(study, ben, cot_precision=1)
    SendBack.objects.create(grade=Grade.objects.first(), asked_by=lead, comment="Sure?")
    counts = preliminary_counts(study)
    assert (counts.awaiting_adjudication, counts.awaiting_grade) == (2, 1)
    assert counts == preliminary_of(sampled_evidence(study))
