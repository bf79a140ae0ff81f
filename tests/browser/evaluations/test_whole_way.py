"""A model evaluated in a real browser: chosen, started, watched, and one of its answers read."""

import pytest
from playwright.sync_api import expect

from pipeline.evaluations import answering
from pipeline.evaluations.lifecycle import run_evaluation
from pipeline.evaluations.starting import start_evaluation
from pipeline.jobs.lifecycle import pause_job
from pipeline.models import Evaluation
from tests import actors
from tests.browser.faults import faults
from tests.browser.signed_in import sign_in
from tests.factories import endpoints
from tests.pipeline.evaluations.scripted import benchmark, plan, said, scripted

WIDTHS = (1440, 390)
OUTPUTS = ("<think>Perhaps B.</think>Answer: A", "I cannot say.", *("Answer: B" for _ in range(6)))


@pytest.fixture
def candidate(transactional_db, monkeypatch):
    """A lead, a benchmark, a model that says what is scripted, and a bell that nobody hears."""
    actors.lead()
    benchmark()
    model = scripted(*map(said, OUTPUTS))
    monkeypatch.setattr(answering, "open_model", lambda endpoint, question_set: model)
    monkeypatch.setattr("pipeline.tasks.pump_evaluation.delay", lambda *_: None)
    return endpoints.endpoint("candidate", role="evaluated", model="org/candidate-1")


@pytest.mark.long
def test_an_evaluation_is_started_watched_and_one_answer_read(live_server, page, candidate):
    sign_in(page, live_server.url)
    page.get_by_role("link", name="Evaluations").click()
    page.get_by_role("link", name="Evaluate a model").click()
    expect(page.get_by_text("Still to be chosen: endpoint, benchmarks.")).to_be_visible()
    page.get_by_label("Endpoint").select_option("candidate (org/candidate-1, evaluated model)")
    page.get_by_label("drugs (4 questions)").check()
    page.get_by_label("Orders of the options").fill("2")
    page.get_by_label("Seed").focus()
    expect(page.get_by_text("at most 4 questions, 8 calls")).to_be_visible()
    expect(page.get_by_text("Nothing is missing: this evaluation can start.")).to_be_visible()
    page.get_by_text("What the prompts say").click()
    found = faults(page, WIDTHS)
    page.get_by_role("button", name="Estimate first").click()
    expect(page.get_by_role("heading", name="Estimate: drugs")).to_be_visible()
    page.get_by_role("button", name="Start", exact=True).dblclick()
    expect(page.get_by_text("0 of 8 answers settled, 8 pending")).to_be_visible()
    assert Evaluation.objects.count() == 1
    run_evaluation(Evaluation.objects.get(), threads=1)
    expect(page.get_by_role("table", name="Accuracy, three ways")).to_be_visible()  # it polls
    expect(page.locator("[hx-get]")).to_have_count(0)
    found += faults(page, WIDTHS)
    page.get_by_role("link", name="Show read").click()
    expect(page.get_by_role("link", name="Read (7)")).to_have_attribute("aria-current", "page")
    found += faults(page, WIDTHS)
    page.get_by_role("link", name="drugs-1").first.click()
    expect(page.locator("#answer")).to_have_text("Answer: A")
    page.get_by_text("Thoughts before the answer").click()
    expect(page.locator("#thoughts .raw")).to_have_text("Perhaps B.")
    page.get_by_text("What was asked and answered").click()
    found += faults(page, WIDTHS)
    page.get_by_role("link", name="Next").click()
    expect(page.locator("#answer")).to_have_text("Answer: B")
    assert not found


@pytest.mark.long
def test_the_states_of_an_evaluation_can_be_read_by_everyone(
    live_server, page, candidate, expected_console_errors
):
    expected_console_errors.append("422")
    evaluation = start_evaluation(plan(benchmark("more"), endpoint=candidate, budget_tokens=90_000))
    pause_job(evaluation, reason="Budget spent: 9 of 9 tokens are spent.")
    evaluation.answers.filter(pk=evaluation.answers.first().pk).update(
        state="failed", failure_reason="timed_out", failure_detail="No answer came in time."
    )
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/evaluations/")
    found = faults(page, WIDTHS)
    page.goto(f"{live_server.url}/evaluations/{evaluation.pk}/")
    expect(page.get_by_role("button", name="Ask again where: timed out")).to_be_visible()
    page.get_by_text("Change the budget", exact=True).first.click()
    page.get_by_role("spinbutton", name="Budget in tokens").fill("0")
    page.get_by_role("button", name="Change the budget").click()
    expect(page.locator(".error-summary")).to_be_focused()
    found += faults(page, WIDTHS)
    page.get_by_role("link", name="Cancel evaluation").click()
    expect(page.get_by_role("button", name="Cancel evaluation")).to_be_visible()
    found += faults(page, WIDTHS)
    page.goto(f"{live_server.url}/evaluations/new/")
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".error-summary")).to_be_focused()
    assert not found + faults(page, WIDTHS)
