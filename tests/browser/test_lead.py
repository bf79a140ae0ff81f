"""A lead's way in a real browser: questions in, a batch, a study, a release, its file."""

import json
import uuid
from dataclasses import replace

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from pipeline.batches.lifecycle import run_batch, start_batch
from pipeline.core.config import ChecksConfig, preset
from pipeline.models import Batch, Endpoint
from review.grading.submit import GradeSubmission, PathSubmission, graded_paths, submit_grade
from review.models import Release, Study
from review.queue.claim import next_slot
from review.releases.making import make
from tests import actors, factories
from tests.browser.faults import faults
from tests.browser.signed_in import sign_in, sign_in_by_form
from tests.factories import endpoints


@pytest.fixture
def lead(transactional_db):
    return actors.lead()


@pytest.fixture(autouse=True)
def _no_worker(monkeypatch):
    """The bell rings for nobody: the test makes traces and releases itself."""
    monkeypatch.setattr("pipeline.tasks.pump.delay", lambda *_: None)
    monkeypatch.setattr("review.tasks.finish_release.delay", lambda *_: None)


def own_questions() -> bytes:
    lines = []
    for number in range(4):
        question = factories.question(number)
        lines.append(
            {
                "id": question.id_in_source,
                "question": question.text,
                "options": {option.label: option.text for option in question.options},
                "answer_idx": question.answer_label,
                "answer": question.answer_text,
                "specialty": "Internal medicine",
            }
        )
    broken = ["not json at all", json.dumps(lines[0] | {"id": "x", "answer_idx": "Z"})]
    return "\n".join([*map(json.dumps, lines), *broken]).encode()


def test_questions_are_uploaded_and_bad_lines_named(live_server, page, lead):
    sign_in_by_form(page, live_server.url)
    page.goto(f"{live_server.url}/questions/upload/")
    page.get_by_label("Question file").set_input_files(
        {"name": "ours.jsonl", "mimeType": "application/jsonl", "buffer": own_questions()}
    )
    page.get_by_label("Question set").fill("ours")
    page.get_by_label("Licence", exact=True).fill("CC0-1.0")
    page.get_by_role("button", name="Load questions").click()
    expect(page.get_by_role("heading", name="ours.jsonl")).to_be_visible()
    rejected = page.get_by_role("table")
    expect(rejected.get_by_role("row")).to_have_count(3)
    expect(rejected).to_contain_text("5")
    expect(rejected).to_contain_text("6")


def test_a_batch_is_started_watched_and_paused(live_server, page, lead):
    factories.question_set(6, name="six")
    factories.graph("small")
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/batches/new/")
    page.get_by_label("Question set").select_option("six")
    page.get_by_label("Knowledge graph").select_option("small v1")
    page.get_by_role("button", name="Start batch").click()
    expect(page.get_by_text("0 of 6 traces settled, 6 pending")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".badge--paused")).to_be_visible()
    page.get_by_role("button", name="Resume").click()
    run_batch(Batch.objects.get())
    expect(page.get_by_text("6 of 6 traces settled")).to_be_visible()
    expect(page.locator(".badge--finished")).to_be_visible()
    expect(page.locator("[hx-get]")).to_have_count(0)


def test_an_endpoint_is_entered_its_key_kept_and_a_model_batch_estimated(
    live_server, page, lead, expected_console_errors
):
    expected_console_errors.append("422")
    factories.question_set(4, name="four")
    factories.graph("small")
    endpoints.reader("second")
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/endpoints/new/")
    page.get_by_label("Name", exact=True).fill("first")
    page.get_by_label("Base URL").fill("http://127.0.0.1:9/v1")
    page.get_by_label("Model", exact=True).fill("model-r")
    page.get_by_label("entered below").check()
    page.get_by_label("Key", exact=False).last.fill("sk-never-shown-again")
    page.get_by_role("button", name="Add endpoint").click()
    expect(page.get_by_text("stored", exact=True)).to_be_visible()
    page.get_by_role("button", name="Test the endpoint").first.click()
    expect(page.get_by_text("127.0.0.1 could not be reached or hung up")).to_be_visible()
    Endpoint.objects.update(tested_at=timezone.now())
    page.goto(f"{live_server.url}/batches/new/")
    page.get_by_label("Question set").select_option("four")
    page.get_by_label("Knowledge graph").select_option("small v1")
    page.get_by_label("Configuration").select_option("lexical")
    page.get_by_role("button", name="Estimate first").click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.get_by_label("Reasoner").select_option(index=1)
    page.get_by_label("Second reader").select_option(index=1)
    page.get_by_role("button", name="Estimate first").click()
    expect(page.get_by_text("unknown: no price for model-r and model-s")).to_be_visible()
    page.get_by_role("button", name="Start batch").click()
    expect(page.get_by_text("0 of 4 traces settled, 4 pending")).to_be_visible()
    expect(page.get_by_role("heading", name="Calls and cost")).to_be_visible()


def test_a_study_is_opened_graded_and_released(live_server, page, lead):
    ann = actors.reviewer("ann")
    factories.made_batch(4, name="made")
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/studies/new/")
    page.get_by_label("Name").fill("First study")
    page.get_by_label("made").check()
    page.get_by_label("ann").check()
    page.get_by_label("Grades per item").fill("1")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="What this study asks for")).to_be_in_viewport()
    expect(page.get_by_role("table", name="Items by stratum")).to_be_visible()
    page.get_by_role("button", name="Open study").click()
    expect(page.get_by_text("0 of 4 grades")).to_be_visible()
    grade_everything(Study.objects.get(), ann)
    expect(page.get_by_text("4 of 4 grades")).to_be_visible()  # the board polls
    page.get_by_role("button", name="Close for good").click()
    expect(page.locator("[hx-get]")).to_have_count(0)
    page.get_by_role("link", name="Make a release").click()
    page.get_by_role("link", name="New policy").click()
    page.get_by_label("Name", exact=True).fill("Strict")
    page.get_by_role("button", name="Save policy").click()
    page.get_by_label("Name").fill("first-release")
    page.get_by_label("First study").check()
    page.get_by_label("Policy").select_option("Strict")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="What this release would hold")).to_be_in_viewport()
    page.get_by_role("button", name="Make release").click()
    expect(page.get_by_text("The release is being made")).to_be_visible()
    make(Release.objects.get())
    expect(page.get_by_text("sha256", exact=True).first).to_be_visible()  # the page polls
    with page.expect_download() as download:
        page.get_by_role("link", name="Download JSONL").click()
    assert download.value.suggested_filename == "first-release.jsonl"
    lines = download.value.path().read_text().splitlines()
    assert {json.loads(line)["grades"][0]["rater"] for line in lines} == {ann.pseudonym}


def grade_everything(study, reviewer) -> None:
    while (slot := next_slot(study, reviewer=reviewer)) is not None:
        paths = {path: PathSubmission(5, 5) for path in graded_paths(slot.item)}
        entry = GradeSubmission(5, 5, "accept", paths)
        submit_grade(slot, reviewer=reviewer, fence=slot.fence, key=uuid.uuid4(), entry=entry)


def test_what_the_filters_are_worth_can_be_read_by_everyone(live_server, page, lead):
    batch = start_batch(
        factories.question_set(6),
        knowledge_graph=factories.graph(),
        config=replace(
            preset("demonstration"), checks=ChecksConfig(without_cot=1, other_cot=1, contrast=1)
        ),
        placebo_share=1,
    )
    run_batch(batch)
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/batches/{batch.pk}/")
    for section in ("Placebo", "Contrast", "Second reader, with and without the chain of thought"):
        expect(page.get_by_role("heading", name=section, exact=True)).to_be_visible()
    page.get_by_text("Each filter alone, wrong option: the nearest one").first.click()
    expect(page.locator("#table-filters-nearest")).to_be_visible()
    assert not faults(page, (1366, 390))
    page.get_by_role("link", name="Traces").click()
    page.get_by_role("link", name="Placebo, nearest option").click()
    expect(page.get_by_text("These traces argue for a wrong option")).to_be_visible()
    assert not faults(page, (1366, 390))
