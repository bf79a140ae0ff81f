"""axe finds nothing on any page, in either theme, wide and narrow, and no page scrolls sideways."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from pipeline import store
from pipeline.accounts.roles import Role
from pipeline.batches.lifecycle import run_batch, start_batch
from pipeline.core.config import preset
from pipeline.models import Batch, Price, QuestionSet
from pipeline.sources.benchmarks.identities import work_out
from review.adjudication.settle import lease_item
from review.evidence.policies import save_policy
from review.grading.controls import ExpectedGrade, mark_control
from review.grading.practice import submit_practice
from review.grading.practice_cases import SOUND
from review.grading.reveal import reveal_next
from review.grading.sendbacks import send_back
from review.models import Study
from review.people.invitations import invite
from review.people.password_links import reset_link
from review.queue.claim import next_slot
from tests import actors, factories
from tests.browser.faults import faults, too_wide
from tests.browser.signed_in import sign_in
from tests.factories import endpoints, make_release
from tests.review.disagreeing import disputed_and_sent_back, grade_row, settle
from tests.review.finetuned.trained import registered_row
from tests.review.submitting import submit

REVIEWERS = (
    "/grade/",
    "/grade/items/{item}/",
    "/grade/items/{graded}/amend/",
    "/grade/items/{graded}/reveal/",
    "/grade/studies/{study}/history/",
    "/grade/studies/{study}/practice/",
    "/grade/studies/{study}/practice/?seen=sound",
    "/grade/items/{disputed}/sent-back/",
    "/profile/",
)
LEADS = (
    "/needs/",
    "/batches/",
    "/batches/new/",
    "/batches/configurations/",
    "/batches/configurations/new/",
    "/batches/configurations/at/paper/",
    "/batches/{batch}/",
    "/batches/{batch}/traces/",
    "/traces/",
    "/traces/{trace}/",
    "/questions/",
    "/questions/upload/",
    "/questions/sets/{set}/",
    "/questions/benchmarks/",
    "/questions/sets/{exam}/",
    "/questions/sets/{exam}/benchmark/",
    "/graphs/",
    "/endpoints/",
    "/endpoints/new/",
    "/endpoints/at/{endpoint}/",
    "/endpoints/prices/",
    "/endpoints/prices/new/",
    "/endpoints/prices/{price}/",
    "/batches/{model_batch}/",
    "/batches/{model_batch}/cancel/",
    "/batches/new/?like={model_batch}",
    "/batches/{trial}/",
    "/batches/?trials",
    "/traces/{model_trace}/",
    "/studies/",
    "/studies/new/",
    "/studies/{study}/",
    "/studies/{study}/extend/",
    "/studies/{study}/policy/",
    "/studies/controls/",
    "/studies/controls/{trace}/",
    "/releases/",
    "/releases/new/",
    "/releases/policies/new/",
    "/releases/{release}/",
    "/models/",
    "/models/new/",
    "/models/{model}/",
    "/models/{model}/endpoints/",
    "/people/",
    "/people/{person}/",
    "/people/invitations/new/",
    "/invitations/{token}/",
    "/invitations/no-such-link/",
    "/passwords/{reset}/",
    "/audit/",
    "/audit/logins/",
    "/account/two-step/",
    "/account/confirm/",
    "/account/inactive/",
    "/account/password/",
    "/adjudication/",
    "/adjudication/studies/{study}/",
    "/adjudication/items/{disputed}/",
    "/adjudication/items/{disputed}/correct/",
    "/disputes/",
    "/disputes/{question}/",
)
ADJUDICATORS = (
    "/adjudication/",
    "/adjudication/studies/{study}/",
    "/adjudication/items/{disputed}/settle/",
)
WIDTHS = (1366, 1024, 390)
WIDE_AND_NARROW = (1366, 390)


@pytest.fixture
def world(transactional_db) -> dict[str, object]:
    lead, ann = actors.lead(), actors.reviewer("ann")
    study = factories.study(ann, opened_by=lead)
    study.reveal_after_submit = study.practice_round = True
    study.save()
    graded = next_slot(study, reviewer=ann)
    assert graded is not None
    submit(graded, ann)
    reveal_next(graded.item, reviewer=ann)
    slot = next_slot(study, reviewer=ann)
    assert slot is not None
    submit_practice(study, reviewer=ann, case=SOUND, content={"decision": "accept"})
    mark_control(slot.item.trace, expected=ExpectedGrade(4, 4), by=lead)
    Study.objects.update(guidelines="# Read\n\n* twice\n\n| a | b |\n|---|---|\n| c | d |")
    disputed = disputed_and_sent_back(study, ann, lead)
    grade_row(disputed, actors.reviewer("ben"), decision="reject", safety_flag="mild")
    judge = actors.person("judge", Role.ADJUDICATOR)
    settle(disputed, judge)
    send_back(disputed, grades=[disputed.grades.get(reviewer=ann)], comment="Again?", by=lead)
    lease_item(disputed, adjudicator=judge)
    policy = save_policy("Open", rules=factories.UNGRADED, saved_by=lead)
    release = make_release("released", study=study, policy=policy, made_by=lead)
    batch = study.batches.get()
    asked = language_model_batch()
    return {
        "endpoint": asked.reasoner_endpoint.name,
        "price": Price.objects.first().pk,
        "model_batch": asked.pk,
        "trial": trial_of(asked).pk,
        "model_trace": asked.traces.get().key,
        "batch": batch.pk,
        "trace": slot.item.trace.key,
        "set": batch.question_set.name,
        "exam": benchmark().name,
        "study": study.pk,
        "release": release.name,
        "model": registered_row(release).name,
        "item": slot.item.code,
        "person": ann.user.pk,
        "token": invite(Role.REVIEWER, meant_for="Ann", days=7, made_by=lead)[1],
        "reset": "/".join(reset_link(actors.person("forgetful"), by=lead)),
        "graded": graded.item.code,
        "disputed": disputed.code,
        "question": disputed.trace.question_id,
    }


def benchmark() -> QuestionSet:
    """A benchmark with a repeat, of which two questions stand in another set too."""
    exam = factories.question_set(2, name="exam", is_benchmark=True, split="test")
    turned = factories.question(0).options[::-1]
    again = factories.question(0, id_in_source="again", options=turned, answer_text="Propranolol")
    store.question_row(exam, again).save()
    work_out(exam)
    return exam


def trial_of(batch: Batch) -> Batch:
    """A finished trial on the batch's questions, by rules."""
    trial = start_batch(
        batch.question_set,
        knowledge_graph=batch.knowledge_graph,
        config=preset("demonstration"),
        is_trial=True,
    )
    run_batch(trial)
    return trial


def language_model_batch() -> Batch:
    """A paused batch with a budget, calls of every kind, and one failed trace."""
    for model in ("model-r", "model-s"):
        endpoints.price(model)
    batch = factories.model_batch(1, budget_money=Decimal(2), budget_tokens=90_000)
    trace = batch.traces.get()
    first = endpoints.call(batch, trace=trace)
    for changes in (
        {"status": "replayed", "replay_of": first, "cost": None},
        {"status": "uncertain", "cost": None},
        {"status": "failed", "repair_of": first, "error": "malformed_output: no JSON"},
    ):
        endpoints.call(batch, trace=trace, **changes)
    Batch.objects.filter(pk=batch.pk).update(state="paused", pause_reason="The budget is spent.")
    return batch


def test_login(live_server, page, transactional_db):
    page.goto(f"{live_server.url}/account/login/")
    assert not faults(page)


def test_a_leads_pages(live_server, page, world, expected_console_errors):
    """In either theme; on a phone none of them scrolls sideways."""
    expected_console_errors.append("404")  # of the link that leads nowhere
    sign_in(page, live_server.url)
    found = []
    for address in LEADS:
        page.set_viewport_size({"width": 1366, "height": 768})
        page.goto(live_server.url + address.format(**world))
        found += faults(page)
        page.set_viewport_size({"width": 390, "height": 844})
        found += too_wide(page)
    assert not found


def test_a_reviewers_pages(live_server, page, world):
    sign_in(page, live_server.url, "ann")
    found = []
    for address in REVIEWERS:
        page.goto(live_server.url + address.format(**world))
        found += faults(page, WIDTHS)
    assert not found


def test_the_states_of_the_grading_screen(live_server, page, world, expected_console_errors):
    expected_console_errors += ["ERR_INTERNET", "422"]
    page.emulate_media(reduced_motion="reduce")
    sign_in(page, live_server.url, "ann")
    page.goto(live_server.url + "/grade/items/{item}/".format(**world))
    found = []
    for key in ("x", "f", "2", "?", "Escape", "g"):
        page.keyboard.press(key)
        found += faults(page)
    page.context.set_offline(True)
    page.keyboard.press("a")
    expect(page.locator("#draft-problem")).to_contain_text("kept in this browser")
    found += faults(page)
    page.context.set_offline(False)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#grade-errors")).to_be_focused()
    assert not found + faults(page)


def test_an_answer_key_that_waits_and_comes(live_server, page, world):
    Study.objects.update(hide_answer_key=True)
    sign_in(page, live_server.url, "ann")
    page.goto(live_server.url + "/grade/items/{item}/".format(**world))
    found = faults(page, WIDE_AND_NARROW)
    page.locator("input[name=cot_coherence][value='3']").check()
    expect(page.locator(".option--key")).to_have_count(1)
    assert not found + faults(page, WIDE_AND_NARROW)


def test_what_a_lead_opens_or_is_handed(live_server, page, world):
    sign_in(page, live_server.url)
    page.goto(live_server.url + "/batches/{model_batch}/".format(**world))
    page.get_by_text("Change the budget").first.click()
    found = faults(page, WIDE_AND_NARROW)
    page.goto(live_server.url + "/people/{person}/".format(**world))
    page.get_by_role("button", name="Make a password link").click()
    expect(page.get_by_role("heading", name="Pass this link on")).to_be_visible()
    assert not found + faults(page, WIDE_AND_NARROW)


def test_an_adjudicators_pages(live_server, page, world):
    sign_in(page, live_server.url, "judge")
    found = []
    for address in ADJUDICATORS:
        page.goto(live_server.url + address.format(**world))
        found += faults(page, WIDTHS)
    assert not found
