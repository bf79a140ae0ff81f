"""The adjudication screen: who may open what, what it shows, what it says when it must refuse."""

import re
from dataclasses import replace

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import timezone

from pipeline import store
from pipeline.accounts.roles import Role, grant_role
from pipeline.core.records import Step
from review.adjudication.settle import fingerprint, grades_to_settle, lease_item
from review.models import Adjudication, AdjudicationLease, Item, Reviewer, SendBack
from review.studies.lifecycle import close_study
from tests import actors, factories
from tests.review.disagreeing import grade_row, settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return actors.lead("chief")


@pytest.fixture
def people():
    return [actors.reviewer(name) for name in ("annabel", "benedict")]


@pytest.fixture
def judge():
    return actors.person("judge", Role.ADJUDICATOR)


@pytest.fixture
def item(lead, people) -> Item:
    study = factories.study(*people, opened_by=lead, size=2, overlap=2)
    one = study.items.order_by("pk")[0]
    grade_row(one, people[0], comment="Sound enough.")
    grade_row(one, people[1], decision="reject", cot_precision=1, comment="Step 2 is wrong.")
    return one


def url(name: str, *args: object) -> str:
    return reverse(f"review:{name}", args=args)


def said(item: Item, judge, **changes) -> dict[str, object]:
    fields = {
        "fence": lease_item(item, adjudicator=judge).fence,
        "seen": fingerprint(grades_to_settle(item)),
        "precision": 2,
        "coherence": 3,
        "decision": "reject",
        "rationale": "Step 2 names the wrong drug.",
    }
    return fields | changes


def test_the_way_from_the_queue_to_a_settled_item(item, judge):
    client = actors.signed_in(judge)
    assert "1 item waits" in client.get(url("adjudication")).content.decode()
    assert client.get("/").headers["Location"] == url("adjudication")
    opened = client.post(url("settle_next", item.study_id))
    assert opened.headers["Location"] == url("settle", item.code)
    page = client.get(url("settle", item.code)).content.decode()
    assert not re.search(r'type="radio"[^>]*checked', page)
    settled = client.post(url("settle", item.code), said(item, judge))
    assert settled.headers["Location"] == url("adjudication_study", item.study_id)
    row = Adjudication.objects.get()
    assert (row.precision, row.coherence, row.decision, row.adjudicator) == (2, 3, "reject", judge)
    assert "Nothing is waiting" in client.get(settled.headers["Location"]).content.decode()


def test_the_grades_stand_side_by_side_without_a_name(item, judge, people):
    client = actors.signed_in(judge)
    client.post(url("settle_hold", item.code))
    content = client.get(url("settle", item.code)).content.decode()
    assert "Sound enough." in content
    assert "Step 2 is wrong." in content
    assert "decisions across the accept line" in content
    for person in people:
        assert person.user.username not in content
        assert person.pseudonym not in content


def test_what_is_missing_is_named_and_the_text_stays(item, judge):
    client = actors.signed_in(judge)
    response = client.post(url("settle", item.code), said(item, judge, decision=""))
    content = response.content.decode()
    assert response.status_code == 422
    assert "Decision: choose" in content
    assert "Step 2 names the wrong drug." in content
    assert not Adjudication.objects.exists()


def test_a_flag_must_be_settled_where_one_was_raised(item, judge, people):
    grade_row(item, people[1], revision=2, decision="reject", safety_flag="severe")
    client = actors.signed_in(judge)
    assert client.post(url("settle", item.code), said(item, judge)).status_code == 422
    assert (
        client.post(url("settle", item.code), said(item, judge, safety_flag="none")).status_code
        == 302
    )
    assert Adjudication.objects.get().safety_flag == ""


def test_steps_are_settled_all_or_none(item, judge):
    client = actors.signed_in(judge)
    trace = store.trace_record(item.trace)
    cot = replace(trace.cot, steps=(Step(1, "It is so.", ()), Step(2, "Hence.", ())))
    item.trace.record = store.trace_text(replace(trace, cot=cot))
    item.trace.save()
    response = client.post(url("settle", item.code), said(item, judge, step_1="correct"))
    assert response.status_code == 422
    assert "Settle every step, or none" in response.content.decode()


def test_a_lost_item_keeps_the_text_and_says_why(item, judge):
    data = said(item, judge)
    AdjudicationLease.objects.update(until=timezone.now())
    lease_item(item, adjudicator=actors.person("other", Role.ADJUDICATOR))
    response = actors.signed_in(judge).post(url("settle", item.code), data)
    content = response.content.decode()
    assert response.status_code == 409
    assert "another adjudicator has it" in content
    assert "Step 2 names the wrong drug." in content


def test_after_a_grade_changed_the_same_form_settles_what_is_shown_now(item, judge, people):
    data = said(item, judge)
    grade_row(item, people[0], revision=2)
    client = actors.signed_in(judge)
    response = client.post(url("settle", item.code), data)
    assert response.status_code == 409
    seen = re.search(r'name="seen" value="(\w+)"', response.content.decode()).group(1)
    assert client.post(url("settle", item.code), data | {"seen": seen}).status_code == 302
    assert Adjudication.objects.get().grades.count() == 2


def test_who_does_not_hold_an_item_reads_it(item, judge):
    lease_item(item, adjudicator=actors.person("other", Role.ADJUDICATOR))
    client = actors.signed_in(judge)
    assert client.get(url("settle", item.code)).headers["Location"] == url(
        "adjudication_item", item.code
    )
    assert client.post(url("settle_hold", item.code)).headers["Location"] == url(
        "adjudication_item", item.code
    )
    assert "data-keyboard" not in client.get(url("adjudication_item", item.code)).content.decode()


def test_who_also_grades_elsewhere_has_one_switch_of_keys(item, judge):
    both = actors.reviewer("both")
    grant_role(both.user, Role.ADJUDICATOR)
    Reviewer.objects.filter(pk=both.pk).update(keys_on=False)
    switches = [key_switch(item, user) for user in (judge, both.user)]
    assert switches == ["checked", 'data-url="/grade/keys/"']


def key_switch(item: Item, user: User) -> str:
    """What the switch of keys says of itself to this user."""
    lease_item(item, adjudicator=user)
    content = actors.signed_in(user).get(url("settle", item.code)).content.decode()
    AdjudicationLease.objects.all().delete()
    return " ".join(re.search(r"data-keys-switch(.*?)autocomplete", content, re.S)[1].split())


def test_who_graded_an_item_or_may_still_grade_in_the_study_sees_nothing(item, lead, people):
    both = people[0].user
    grant_role(both, Role.ADJUDICATOR)
    client = actors.signed_in(both)
    pages = [
        url("adjudication_study", item.study_id),
        url("adjudication_item", item.code),
        url("settle", item.code),
    ]
    assert [client.get(page).status_code for page in pages] == [404] * 3
    close_study(item.study, by=lead)
    assert [client.get(page).status_code for page in pages] == [200, 404, 404]


def test_a_lead_reads_sends_back_and_settles_nothing(item, lead, people):
    client = actors.signed_in(lead)
    content = client.get(url("adjudication_item", item.code)).content.decode()
    assert 'id="hold"' not in content
    letters = re.findall(r'name="letters" value="([A-Z])"', content)
    assert len(letters) == 2
    assert client.post(url("settle_hold", item.code)).status_code == 403
    refused = client.post(url("send_back", item.code), {"letters": letters[0]})
    assert refused.status_code == 422
    sent = {"letters": letters, "comment": "Please read step 2 again."}
    assert client.post(url("send_back", item.code), sent).status_code == 302
    assert SendBack.objects.count() == 2
    assert client.post(url("send_back", item.code), sent).status_code == 409
    listed = client.get(url("adjudication_study", item.study_id)).content.decode()
    assert "Please read step 2 again." in listed


def test_an_auditor_looks_and_changes_nothing(item):
    client = actors.signed_in(actors.person("auditor", Role.AUDITOR))
    content = client.get(url("adjudication_item", item.code)).content.decode()
    assert "Sound enough." in content
    assert 'id="send-back"' not in content
    assert (
        client.post(url("send_back", item.code), {"letters": "A", "comment": "x"}).status_code
        == 403
    )


def test_earlier_settlements_stay_in_sight(item, judge):
    settle(item, judge, rationale="First thought.")
    settle(item, judge, rationale="Second thought.")
    content = actors.signed_in(judge).get(url("adjudication_item", item.code)).content.decode()
    assert "First thought." in content
    assert "superseded" in content


def test_hostile_words_of_a_grader_are_text(item, judge, people):
    grade_row(item, people[0], revision=2, comment="<img src=x onerror=alert(1)>")
    content = actors.signed_in(judge).get(url("adjudication_item", item.code)).content.decode()
    assert "<img" not in content
    assert "&lt;img src=x" in content


def test_the_queries_do_not_grow_with_the_grades(item, judge, django_assert_max_num_queries):
    for number in range(8):
        grade_row(item, actors.reviewer(f"more{number}"), labels=["correct"] * 3)
    client = actors.signed_in(judge)
    with django_assert_max_num_queries(20):
        client.get(url("adjudication_item", item.code))
