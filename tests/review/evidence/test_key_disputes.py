"""Disputed answer keys: out of releases until a lead rules, and for good where the key is wrong."""

from functools import partial
from uuid import uuid4

import pytest
from django.urls import reverse

from pipeline.accounts.roles import Role
from pipeline.core.errors import Conflict
from pipeline.models import Event
from review.evidence.key_disputes import dispute_of, disputes, rule_on_key
from review.evidence.policies import save_policy
from review.grading.amend import amend_grade
from review.models import KeyRuling
from review.releases.selection.choices import CannotRelease
from review.studies.lifecycle import StudyPlan, open_study
from tests import actors, factories
from tests.factories import make_release
from tests.overlapping import before_commit
from tests.review.disagreeing import grade_row, settle
from tests.review.submitting import entry

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def ann():
    return actors.reviewer("ann")


@pytest.fixture
def study(lead, ann):
    return factories.study(ann, opened_by=lead)


@pytest.fixture
def item(study, ann):
    for one in study.items.all():
        grade_row(one, ann)
    return study.items.filter(trace__kept=True).order_by("pk").first()


def dispute(item, reviewer):
    return grade_row(item, reviewer, answer_key_disputed=True, comment="B is right, not A.")


def rule(item, by, ruling="stands", **changes):
    question = item.trace.question
    seen = changes.pop("seen", None) or dispute_of(question).seen
    return rule_on_key(question, ruling=ruling, reason="Looked up.", seen=seen, by=by)


def left_out(item, lead) -> dict[str, int]:
    """What a release that asks for nothing else leaves out."""
    number = item.study.releases.count()
    policy = save_policy(f"policy {number}", rules=factories.UNGRADED, saved_by=lead)
    try:
        made = make_release(f"release-{number}", study=item.study, policy=policy, made_by=lead)
    except CannotRelease as error:
        pytest.fail(str(error))
    found: dict[str, int] = made.manifest["left_out"]
    return found


@pytest.mark.parametrize(
    ("ruling", "reason"),
    [
        (None, "answer key disputed"),
        ("stands", None),
        ("wrong", "answer key wrong"),
        ("withdrawn", "question withdrawn"),
    ],
)
def test_what_a_release_does_with_the_items_of_a_disputed_question(item, lead, ruling, reason):
    dispute(item, actors.reviewer("ben"))
    if ruling:
        rule(item, lead, ruling)
    found = left_out(item, lead)
    if reason:
        assert found[reason] == 1
    else:
        assert not {"answer key disputed", "answer key wrong"} & found.keys()


def test_a_wrong_key_keeps_the_question_out_of_every_study(item, lead):
    dispute(item, actors.reviewer("ben"))
    rule(item, lead, "wrong")
    again = StudyPlan(
        name="again",
        batches=list(item.study.batches.all()),
        reviewers=item.study.reviewers.all(),
        overlap=1,
    )
    other = open_study(again, opened_by=lead).items.get(trace=item.trace)
    assert left_out(other, lead)["answer key wrong"] == 1


def test_a_doubt_after_the_ruling_is_open_again(item, lead):
    dispute(item, actors.reviewer("ben"))
    rule(item, lead)
    assert not dispute_of(item.trace.question).open
    dispute(item, actors.reviewer("cem"))
    assert dispute_of(item.trace.question).open
    assert left_out(item, lead)["answer key disputed"] == 1


def test_an_adjudicators_doubt_counts_too(item, lead):
    settle(item, actors.person("judge", Role.ADJUDICATOR), answer_key_disputed=True)
    [found] = disputes()
    assert [doubt.who for doubt in found.doubts] == ["adjudicator"]
    assert left_out(item, lead)["answer key disputed"] == 1


def test_a_doubt_after_the_reveal_counts_and_a_withdrawn_one_does_not(item, ann, lead):
    ben = actors.reviewer("ben")
    dispute(item, ben)
    grade_row(item, ben, revision=2)
    assert disputes() == []
    grade_row(item, ann, revision=2, after_reveal=True, answer_key_disputed=True)
    assert disputes()[0].open


def test_a_later_ruling_supersedes_with_an_event_each(item, lead):
    dispute(item, actors.reviewer("ben"))
    rule(item, lead, "wrong")
    rule(item, lead, "stands")
    rows = KeyRuling.objects.order_by("revision").values_list("ruling", "is_current")
    assert list(rows) == [("wrong", False), ("stands", True)]
    events = Event.objects.filter(action="answer_key.ruled")
    assert [event.chain.name for event in events] == [item.study.event_chain] * 2
    assert events[0].payload["reason"] == "Looked up."


def test_a_doubt_that_came_meanwhile_stops_the_ruling(item, lead):
    dispute(item, actors.reviewer("ben"))
    seen = dispute_of(item.trace.question).seen
    dispute(item, actors.reviewer("cem"))
    with pytest.raises(Conflict):
        rule(item, lead, seen=seen)
    fresh = dispute_of(item.trace.question).seen
    rule(item, lead, seen=fresh)
    with pytest.raises(Conflict):
        rule(item, lead, "wrong", seen=fresh)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("voice", ["a grade", "a settlement"])
def test_a_doubt_that_is_being_saved_stops_the_ruling_and_stays_open(item, ann, lead, voice):
    dispute(item, actors.reviewer("ben"))
    doubted = dispute_of(item.trace.question)
    judge = actors.person("judge", Role.ADJUDICATOR)
    slot = item.slots.get(reviewer=ann)
    with before_commit(partial(rule, item, lead, seen=doubted.seen)) as outcome:
        if voice == "a grade":
            doubting = entry(slot, answer_key_disputed=True)
            amend_grade(slot, reviewer=ann, key=uuid4(), reason="Dose.", entry=doubting)
        else:
            settle(item, judge, answer_key_disputed=True)
    assert isinstance(outcome[0], Conflict)
    assert len(dispute_of(item.trace.question).doubts) == 2


def test_the_leads_page_shows_pseudonyms_comments_and_past_releases(item, lead):
    ben = actors.reviewer("ben")
    left_out(item, lead)
    dispute(item, ben)
    client = actors.signed_in(lead)
    page = reverse("review:dispute", args=[item.trace.question_id])
    assert page in client.get(reverse("review:disputes")).content.decode()
    content = client.get(page).content.decode()
    assert ben.pseudonym in content
    assert "B is right, not A." in content
    assert content.count("Propranolol") == 1  # the key, which the form cannot call right
    assert content.count("Salbutamol") == 2
    assert "Answer key" in content
    assert "ben" not in content.replace("benefit", "")
    assert "release-0" in content


def test_the_lead_rules_on_the_page(item, lead):
    dispute(item, actors.reviewer("ben"))
    client = actors.signed_in(lead)
    page = reverse("review:dispute", args=[item.trace.question_id])
    seen = dispute_of(item.trace.question).seen
    assert client.post(page, {"seen": seen, "ruling": "wrong"}).status_code == 422
    said = {"seen": "stale", "ruling": "wrong", "reason": "It is B."}
    refused = client.post(page, said)
    assert refused.status_code == 409
    assert "It is B." in refused.content.decode()
    assert f'name="seen" value="{seen}"' in refused.content.decode()
    assert client.post(page, said | {"seen": seen}).status_code == 302
    assert KeyRuling.objects.get().ruled_by == lead


def test_a_question_nobody_doubts_has_no_page(item, lead):
    page = reverse("review:dispute", args=[item.trace.question_id])
    assert actors.signed_in(lead).get(page).status_code == 404
