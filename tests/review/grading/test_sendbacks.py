"""Send-backs: a grader looks again, sees the comment and nobody else's grade."""

import pytest
from django.urls import reverse

from pipeline.accounts.roles import Role
from pipeline.core.errors import Conflict
from pipeline.models import Event
from review.adjudication.settle import awaiting_adjudication
from review.evidence.policies import Rules, exclusion
from review.grading.sendbacks import send_back, stand_by, waiting_for
from review.models import Grade, SendBack
from review.queue.claim import next_slot
from review.studies.lifecycle import close_study
from tests import actors, factories
from tests.review.disagreeing import evidence_of, grade_row, settle
from tests.review.submitting import sent, submit

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
def item(lead, ann, ben):
    return factories.study(ann, ben, opened_by=lead, size=1, overlap=2).items.get()


@pytest.fixture
def grades(item, ann, ben):
    return [
        grade_row(item, ann, comment="Ann's own words"),
        grade_row(item, ben, decision="reject", comment="Ben's secret words", cot_precision=1),
    ]


def asked(item, lead, *grades) -> SendBack:
    return send_back(item, grades=grades, comment="Look at step 2 again.", by=lead)[0]


def test_the_grader_sees_the_comment_and_their_own_grade_only(item, lead, ann, ben, grades):
    asked(item, lead, grades[0])
    client = actors.signed_in(ann.user)
    page = reverse("review:sent_back", args=[item.code])
    assert page in client.get(reverse("review:desk")).content.decode()
    content = client.get(page).content.decode()
    assert "Look at step 2 again." in content
    assert "Ann&#x27;s own words" in content
    assert "secret" not in content
    assert actors.signed_in(ben.user).get(page).status_code == 404
    assert page not in actors.signed_in(ben.user).get(reverse("review:desk")).content.decode()


def test_a_later_revision_answers_it(item, lead, ann, grades):
    asked(item, lead, grades[0])
    assert waiting_for(ann).count() == 1
    grade_row(item, ann, revision=2, decision="reject", cot_precision=1)
    assert not waiting_for(ann)
    page = reverse("review:sent_back", args=[item.code])
    assert actors.signed_in(ann.user).get(page).status_code == 404


def test_the_grader_changes_the_grade_from_the_page_and_the_lead_reads_why(lead, ann):
    study = factories.study(ann, opened_by=lead, size=1, name="asked")
    slot = next_slot(study, reviewer=ann)
    asked(slot.item, lead, submit(slot, ann))
    client, desk = actors.signed_in(ann.user), reverse("review:desk")
    page = reverse("review:sent_back", args=[slot.item.code])
    amend = reverse("review:amend", args=[slot.item.code])
    assert page in client.get(desk).content.decode()
    assert f'href="{amend}"' in client.get(page).content.decode()
    assert "You were asked: <bdi>Look at step 2 again.</bdi>" in client.get(amend).content.decode()
    changed = sent(slot, decision="reject", cot_precision=1, reason="Step 2 names no dose.")
    assert client.post(amend, changed).status_code == 302
    assert page not in client.get(desk).content.decode()
    assert "You were asked" not in client.get(amend).content.decode()
    chief = actors.signed_in(lead)
    shown = chief.get(reverse("review:adjudication_item", args=[slot.item.code])).content.decode()
    assert "why they changed their grade" in shown
    assert "Step 2 names no dose." in shown
    listed = chief.get(reverse("review:adjudication_study", args=[study.pk])).content.decode()
    assert "not answered" not in listed


def test_the_grader_may_let_the_grade_stand_with_a_reason(item, lead, ann, grades):
    asked(item, lead, grades[0])
    client, page = actors.signed_in(ann.user), reverse("review:sent_back", args=[item.code])
    assert client.post(page, {"reply": " "}).status_code == 422
    assert client.post(page, {"reply": "It is right."}).status_code == 302
    assert SendBack.objects.get().reply == "It is right."
    assert not waiting_for(ann)
    read = reverse("review:adjudication_item", args=[item.code])
    assert "It is right." in actors.signed_in(lead).get(read).content.decode()
    actions = list(Event.objects.filter(action__startswith="grade.s").order_by("position"))
    assert [event.action for event in actions] == ["grade.sent_back", "grade.stood_by"]
    assert {event.chain.name for event in actions} == {item.study.event_chain}


def test_nobody_answers_for_another_or_twice(item, lead, ann, ben, grades):
    request = asked(item, lead, grades[0])
    with pytest.raises(Conflict):
        stand_by(request, reviewer=ben, reply="no")
    stand_by(request, reviewer=ann, reply="It is right.")
    with pytest.raises(Conflict):
        stand_by(request, reviewer=ann, reply="It is wrong.")
    assert SendBack.objects.get().reply == "It is right."


def test_it_leaves_the_adjudication_queue_until_it_is_answered(item, lead, ann, grades):
    assert item in awaiting_adjudication(item.study)
    request = asked(item, lead, grades[0])
    assert item not in awaiting_adjudication(item.study)
    stand_by(request, reviewer=ann, reply="It is right.")
    assert item in awaiting_adjudication(item.study)


def test_it_stays_out_of_releases_until_it_is_answered(item, lead, ann):
    grade = grade_row(item, ann)
    request = asked(item, lead, grade)

    def left_out():
        return exclusion(Rules(required_filters=()), evidence_of(item))

    assert left_out() == "sent back, not answered"
    stand_by(request, reviewer=ann, reply="It is right.")
    assert left_out() is None


def test_a_settlement_closes_it(item, lead, ann, grades):
    asked(item, lead, grades[0])
    settle(item, actors.person("judge", Role.ADJUDICATOR))
    assert not waiting_for(ann)


def test_it_waits_once_for_current_grades_of_open_studies(item, lead, ann, grades):
    asked(item, lead, grades[0])
    with pytest.raises(Conflict, match="before"):
        asked(item, lead, grades[0])
    grade_row(item, ann, revision=2)
    with pytest.raises(Conflict, match="meanwhile"):
        asked(item, lead, grades[0])
    close_study(item.study, by=lead)
    assert not waiting_for(ann)
    with pytest.raises(Conflict, match="closed"):
        asked(item, lead, grades[1])


def test_an_amendment_on_request_is_kept_out_of_agreement(item, lead, ann, grades):
    own = grade_row(item, ann, revision=2, cot_precision=3)
    asked(item, lead, own)
    grade_row(item, ann, revision=3, cot_precision=1)
    grade_row(item, grades[1].reviewer, revision=2, after_reveal=True)
    assert set(Grade.objects.filter(item__study=item.study).unprompted()) == {own, grades[1]}
