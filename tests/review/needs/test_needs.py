"""A lead's home: each thing that needs them is listed with its number, age and page."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from pipeline.accounts.roles import Role
from pipeline.jobs.lifecycle import pause_job
from pipeline.models import Batch, Endpoint, EndpointPace, QuestionSet, Trace
from review.evidence.key_disputes import dispute_of, rule_on_key
from review.evidence.policies import save_policy
from review.grading.sendbacks import send_back
from review.models import Grade, Invitation, Item, Release, Slot
from review.needs.need import Need
from review.needs.next_step import next_step
from review.needs.output import output_needs
from review.needs.studies import study_needs
from review.needs.traces import trace_needs
from review.people.invitations import invite
from review.studies.lifecycle import close_study
from tests import actors, factories
from tests.factories import endpoints, make_release
from tests.review.disagreeing import grade_row, settle
from tests.review.submitting import grade_all

pytestmark = pytest.mark.django_db
MOST_QUERIES = 32


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def people():
    return [actors.reviewer(name) for name in ("ann", "ben")]


@pytest.fixture
def study(lead, people):
    return factories.study(*people, opened_by=lead, size=3, overlap=2)


def needs(lead) -> dict[str, Need]:
    everything = (*study_needs(lead), *trace_needs(lead), *output_needs(lead))
    return {need.title: need for need in everything if need.rows}


def page(lead) -> str:
    response = actors.signed_in(lead).get(reverse("home"), follow=True)
    assert response.redirect_chain == [(reverse("review:home"), 302)]
    return response.content.decode()


def test_nothing_waits_in_an_empty_house_and_the_page_says_where_to_begin(lead):
    assert needs(lead) == {}
    shown = page(lead)
    assert "Nothing needs you now" in shown
    assert reverse("pipeline:question_upload") in shown


def test_the_next_step_is_the_first_that_is_not_done(lead, people):
    steps = [next_step(lead).page]
    questions = factories.question_set(0)
    steps.append(next_step(lead).page)
    factories.graph()
    steps.append(next_step(lead).page)
    questions.delete()
    study = factories.study(*people, opened_by=lead)
    steps.append(next_step(lead).page)
    for person in people:
        grade_all(study, person)
    policy = save_policy("all", rules=factories.UNGRADED, saved_by=lead)
    make_release("first", study=study, policy=policy, made_by=lead)
    steps.append(next_step(lead).page)
    assert steps == [
        "pipeline:question_upload",
        "pipeline:knowledge_graphs",
        "pipeline:batch_new",
        "review:release_new",
        "pipeline:batches",
    ]


def test_a_paused_batch_tells_why_and_since_when(lead):
    batch = factories.batch(2)
    pause_job(batch, reason="The budget of <b>1</b> USD is used up.")
    (row,) = needs(lead)["Batches that paused"].rows
    assert (row.why, row.argument) == ("The budget of <b>1</b> USD is used up.", batch.pk)
    assert timezone.now() - row.since < timedelta(minutes=5)
    assert "The budget of &lt;b&gt;1&lt;/b&gt; USD is used up." in page(lead)


def test_a_finished_batch_without_a_trace_is_told_for_a_month(lead):
    batch = factories.made_batch(2)
    assert needs(lead) == {}
    failed = {"state": "failed", "kept": None, "failure_reason": "no_path"}
    Trace.objects.filter(batch=batch).update(**failed)
    assert needs(lead)["Batches that made nothing"].size == 1
    Batch.objects.update(finished_at=timezone.now() - timedelta(days=31))
    assert needs(lead) == {}


def test_an_endpoint_is_told_while_its_test_fails_or_its_circuit_is_open(lead):
    row = endpoints.endpoint()
    assert needs(lead) == {}
    Endpoint.objects.update(test_error="llm.example:8080 refused the connection.")
    assert "8080" in needs(lead)["Endpoints that do not answer"].rows[0].why
    Endpoint.objects.update(test_error="")
    until = timezone.now() + timedelta(minutes=1)
    EndpointPace.objects.update_or_create(
        endpoint=row, defaults={"open_until": until, "open_reason": "answered 503"}
    )
    assert needs(lead)["Endpoints that do not answer"].rows[0].why == "answered 503"
    Endpoint.objects.update(is_active=False)
    assert needs(lead) == {}


def test_a_set_without_terms_is_told(lead):
    factories.question_set(1, name="bare", licence="unknown")
    factories.question_set(1, name="stated")
    assert [row.title for row in needs(lead)["Question sets without terms"].rows] == ["bare"]
    QuestionSet.objects.update(licence="MIT")
    assert needs(lead) == {}


def test_items_wait_by_study_and_those_with_a_safety_flag_apart(lead, people, study):
    ann, ben = people
    first, second, _ = study.items.order_by("pk")
    for item, flag in ((first, "severe"), (second, "")):
        grade_row(item, ann)
        grade_row(item, ben, decision="reject", safety_flag=flag)
    told = needs(lead)
    assert (told["Safety flags"].size, told["Items whose grades disagree"].size) == (1, 1)
    (row,) = told["Items whose grades disagree"].rows
    assert (row.page, row.argument) == ("review:adjudication_study", study.pk)
    assert row.since == Grade.objects.filter(item=second).latest("submitted_at").submitted_at
    judge = actors.person("judge", Role.ADJUDICATOR)
    settle(first, judge)
    settle(second, judge)
    assert "Safety flags" not in needs(lead)
    assert "Items whose grades disagree" not in needs(lead)


def test_a_lead_who_still_grades_a_study_reads_nothing_of_its_grades(people, study):
    ann, ben = people
    item = study.items.first()
    grade_row(item, ann)
    grade_row(item, ben, decision="reject", safety_flag="severe")
    both = actors.person("both", Role.LEAD, Role.REVIEWER)
    study.places.create(reviewer=both.reviewer)
    assert needs(both) == {}


def test_a_disputed_key_waits_until_a_lead_rules(lead, people, study):
    doubting = grade_row(study.items.first(), people[0], answer_key_disputed=True)
    (row,) = needs(lead)["Disputed answer keys"].rows
    question = doubting.item.trace.question
    assert (row.argument, row.since) == (question.pk, doubting.submitted_at)
    rule_on_key(
        question, ruling="stands", reason="It is right.", seen=dispute_of(question).seen, by=lead
    )
    assert "Disputed answer keys" not in needs(lead)
    grade_row(study.items.first(), people[1], answer_key_disputed=True)
    (row,) = needs(lead)["Disputed answer keys"].rows
    assert row.since > doubting.submitted_at


def test_grades_sent_back_wait_for_an_answer(lead, people, study):
    item = study.items.first()
    send_back(item, grades=[grade_row(item, people[0])], comment="Look again.", by=lead)
    (row,) = needs(lead)["Grades sent back and not answered"].rows
    assert (row.title, row.size) == (study.name, 1)


def test_stuck_items_are_told_while_the_study_is_open(lead, people, study):
    study.places.filter(reviewer=people[0]).delete()
    assert needs(lead)["Items that no reviewer can fill"].size == 3
    close_study(study, by=lead)
    assert needs(lead) == {}


def test_a_complete_study_is_to_be_closed(lead, people, study):
    assert needs(lead) == {}
    for person in people:
        grade_all(study, person)
    (row,) = needs(lead)["Studies that are complete and not closed"].rows
    last = Grade.objects.latest("submitted_at")
    assert (row.argument, row.since) == (study.pk, last.submitted_at)
    Slot.objects.filter(pk=Slot.objects.first().pk).update(state="open", reviewer=None)
    assert "Studies that are complete and not closed" not in needs(lead)


def test_a_release_without_its_zip_and_a_failed_one_are_told(lead, people, study):
    for person in people:
        grade_all(study, person)
    policy = save_policy("all", rules=factories.UNGRADED, saved_by=lead)
    release = make_release("first", study=study, policy=policy, made_by=lead)
    close_study(study, by=lead)
    assert needs(lead) == {}
    (settings.RELEASE_DIR / f"{release.pk}.zip").unlink()
    title = "Releases that failed or lack their ZIP"
    assert needs(lead)[title].rows[0].why == "its ZIP is missing or was changed"
    Release.objects.update(failed_reason="The disk is full.")
    assert needs(lead)[title].rows[0].why == "The disk is full."
    Release.objects.update(state="withdrawn", withdrawn_reason="Wrong.")
    assert needs(lead) == {}


def test_an_invitation_that_nobody_used_is_told_for_a_month_after_it_ended(lead):
    invite(Role.REVIEWER, meant_for="Dr Who", days=7, made_by=lead)
    assert needs(lead) == {}
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    assert needs(lead)["Invitations that expired unused"].rows[0].title == "reviewer for Dr Who"
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=31))
    assert needs(lead) == {}


def test_of_many_the_oldest_are_listed_and_all_are_counted(lead):
    for number in range(7):
        factories.question_set(0, name=f"bare-{number}", licence="unknown")
    need = needs(lead)["Question sets without terms"]
    assert (need.size, len(need.first), need.not_listed) == (7, 5, 2)
    assert need.oldest == QuestionSet.objects.get(name="bare-0").created_at
    assert "and 2 more" in page(lead)


def test_the_page_asks_a_fixed_number_of_queries(lead, people):
    client, asked = actors.signed_in(lead), []
    for size in (2, 12):
        study = factories.study(
            *people, opened_by=lead, size=size, overlap=2, name=f"study of {size}"
        )
        for item in study.items.filter(kind=Item.Kind.SAMPLED):
            grade_row(item, people[0])
            grade_row(item, people[1], decision="reject", answer_key_disputed=True)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("review:home"))
        asked.append(len(queries))
        close_study(study, by=lead)
    assert asked[0] <= MOST_QUERIES
    assert asked[1] == asked[0]


def test_an_auditor_begins_where_they_did_and_may_read_the_page():
    client = actors.signed_in(actors.person("auditor", Role.AUDITOR))
    assert client.get(reverse("home")).headers["Location"] == reverse("pipeline:batches")
    assert client.get(reverse("review:home")).status_code == 200
