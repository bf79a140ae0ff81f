"""A safety flag is always adjudicated, also on a repeat and on a control item."""

import pytest
from django.urls import reverse

from pipeline.accounts.roles import Role
from review.adjudication.comparison import compare, letters_of
from review.adjudication.settle import awaiting_adjudication, grades_to_settle, next_to_settle
from review.models import Item, Study
from review.studies.forecast import discordant_share
from tests import actors, factories
from tests.review.disagreeing import evidence_of, grade_row, settle

pytestmark = pytest.mark.django_db

EXPECTED = {"precision": 4, "coherence": 4, "decision": "accept", "tolerance": 1}


@pytest.fixture
def people():
    return [actors.reviewer(name) for name in ("ann", "ben")]


@pytest.fixture
def judge():
    return actors.person("judge", Role.ADJUDICATOR)


@pytest.fixture
def study(people) -> Study:
    return factories.study(*people, opened_by=actors.lead(), size=3, overlap=2)


@pytest.fixture
def twin(study, people):
    twin = study.items.order_by("pk")[0]
    for person in people:
        grade_row(twin, person)
    return twin


@pytest.fixture
def repeat(twin) -> Item:
    return Item.objects.create(
        study=twin.study, trace=twin.trace, kind=Item.Kind.REPEAT, repeat_of=twin
    )


@pytest.fixture
def control(study):
    trace = study.items.order_by("pk")[1].trace
    return Item.objects.create(study=study, trace=trace, kind=Item.Kind.CONTROL, expected=EXPECTED)


def waiting(study: Study) -> list[Item]:
    return list(awaiting_adjudication(study))


def test_a_flag_on_a_repeat_brings_its_twin_to_the_adjudicator(twin, repeat, people, judge):
    grade_row(repeat, people[0], cot_precision=1, decision="reject")
    assert waiting(twin.study) == []
    grade_row(repeat, people[1], safety_flag="severe")
    assert waiting(twin.study) == [twin]
    assert next_to_settle(twin.study, adjudicator=judge).item == twin


def test_the_flagged_repeat_stands_beside_the_grades_and_is_none_of_the_ratings(
    twin, repeat, people
):
    flagged = grade_row(repeat, people[1], cot_precision=1, decision="reject", safety_flag="mild")
    comparison = compare(twin, grades_to_settle(twin))
    again = [column for column in comparison.columns if column.note]
    assert [(column.grade, column.note) for column in again] == [(flagged, "on grading it again")]
    assert again[0].letter == letters_of(twin)[people[1].pk]
    assert not again[0].may_be_sent_back
    assert comparison.reasons == ("a safety flag",)
    assert len(evidence_of(twin).grades) == 2


def test_until_it_is_settled_a_flagged_repeat_keeps_the_twin_out_of_releases(
    twin, repeat, people, judge
):
    grade_row(repeat, people[1], safety_flag="moderate")
    evidence = evidence_of(twin)
    assert (evidence.flagged, evidence.consensus) == (True, None)
    settle(twin, judge)
    evidence = evidence_of(twin)
    assert (evidence.flagged, evidence.adjudicated) == (False, True)
    assert waiting(twin.study) == []


def test_a_flag_that_comes_after_the_settlement_overtakes_it(twin, repeat, people, judge):
    grade_row(repeat, people[0], safety_flag="mild")
    settle(twin, judge, safety_flag="mild")
    assert waiting(twin.study) == []
    grade_row(repeat, people[1], safety_flag="severe")
    assert waiting(twin.study) == [twin]
    assert not evidence_of(twin).adjudicated


def test_a_severe_flag_on_a_repeat_comes_before_a_mild_one(study, twin, repeat, people):
    other = study.items.filter(kind=Item.Kind.SAMPLED).order_by("pk")[2]
    grade_row(other, people[0], safety_flag="mild")
    grade_row(repeat, people[1], safety_flag="severe")
    assert waiting(study) == [twin, other]


def test_a_control_item_waits_for_a_flag_and_for_nothing_else(study, control, people, judge):
    grade_row(control, people[0], cot_precision=1, decision="reject")
    grade_row(control, people[1])
    assert waiting(study) == []
    grade_row(control, people[1], revision=2, safety_flag="mild")
    assert waiting(study) == [control]
    assert compare(control, grades_to_settle(control)).reasons == ("a safety flag",)
    settle(control, judge, decision="reject", safety_flag="mild")
    assert waiting(study) == []
    grade_row(control, people[0], revision=2, cot_precision=5, decision="accept")
    assert waiting(study) == []
    grade_row(control, people[0], revision=3, safety_flag="severe")
    assert waiting(study) == [control]


def test_a_flagged_control_item_opens_like_any_other_and_does_not_say_what_it_is(
    study, control, people, judge
):
    client, page = actors.signed_in(judge), reverse("review:adjudication_item", args=[control.code])
    grade_row(control, people[0])
    assert client.get(page).status_code == 404
    grade_row(control, people[1], safety_flag="mild")
    listed = client.get(reverse("review:adjudication_study", args=[study.pk])).content.decode()
    assert page in listed
    assert "a safety flag" in listed
    assert "control item" not in client.get(page).content.decode().lower()


def test_the_lead_sees_why_a_twin_waits_and_reviewers_see_nothing(study, twin, repeat, people):
    grade_row(repeat, people[1], safety_flag="mild")
    address = reverse("review:adjudication_study", args=[study.pk])
    lead = actors.signed_in(study.created_by)
    assert "a safety flag" in lead.get(address).content.decode()
    assert (
        "on grading it again"
        in lead.get(reverse("review:adjudication_item", args=[twin.code])).content.decode()
    )
    assert actors.signed_in(people[0].user).get(address).status_code == 403


def test_flagged_control_items_do_not_enter_the_forecast(study, twin, control, people, monkeypatch):
    monkeypatch.setattr("review.studies.forecast.ENOUGH_ITEMS", 1)
    grade_row(control, people[0], safety_flag="mild")
    share = discordant_share(study.reasoner_kind, study.rubric_version)
    assert share.value == 0
