"""A hidden answer key appears once coherence is graded, and nothing moves under the hand."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from review.models import Draft, Grade, Study
from tests import actors, factories
from tests.browser.grading.sessions import expect_ready, expect_saved, open_item, scales

WAITS = "The answer key appears once you have graded the coherence"


@pytest.fixture(autouse=True)
def study(transactional_db) -> Study:
    study = factories.study(actors.reviewer("ann"), opened_by=actors.lead(), size=2)
    Study.objects.update(hide_answer_key=True)
    return study


def key(page: Page):
    return page.locator(".option--key")


def test_the_key_comes_with_the_coherence_and_the_focus_stays(live_server, page):
    open_item(page, live_server.url)
    page.keyboard.press("r")
    for _ in range(scales(page) - 1):
        page.keyboard.press("4")
    expect_saved(page)
    expect(key(page)).to_have_count(0)
    expect(page.get_by_text(WAITS)).to_be_visible()
    page.evaluate("document.querySelectorAll('input').forEach((one) => { one.untouched = true; })")
    page.keyboard.press("2")
    expect(key(page)).to_have_count(1)
    expect(page.get_by_role("status").get_by_text("The answer key is shown now")).to_be_visible()
    expect(page.locator("#decision.is-current input:focus")).to_have_count(1)
    assert page.evaluate("[...document.querySelectorAll('input')].every((one) => one.untouched)")
    page.reload()
    expect_ready(page)
    expect(key(page)).to_have_count(1)
    page.locator("input[name=cot_coherence][value='5']").check()
    page.keyboard.press("a")
    page.keyboard.press("Control+Enter")
    expect_ready(page, 2)
    expect(key(page)).to_have_count(0)
    grade = Grade.objects.get()
    assert (grade.blind_coherence, grade.cot_coherence) == (2, 5)


def test_without_a_line_to_the_server_the_key_stays_away(
    live_server, page, expected_console_errors
):
    expected_console_errors.append("ERR_INTERNET_DISCONNECTED")
    open_item(page, live_server.url)
    page.context.set_offline(True)
    page.locator("input[name=cot_coherence][value='3']").check()
    expect(page.locator("#draft-problem")).to_contain_text("kept in this browser")
    expect(key(page)).to_have_count(0)
    page.context.set_offline(False)
    expect_saved(page)
    expect(key(page)).to_have_count(1)


def test_without_script_a_button_saves_and_shows_it(live_server, page, browser: Browser):
    open_item(page, live_server.url)
    expect(page.locator("#show-key")).to_have_count(0)
    state = page.context.storage_state()
    with browser.new_context(java_script_enabled=False, storage_state=state) as context:
        plain = context.new_page()
        plain.goto(page.url)
        plain.locator("input[name=cot_coherence][value='3']").check(force=True)
        plain.locator("#id_comment").fill("Dose?")
        plain.locator("#show-key").click()
        expect(plain).to_have_url(re.compile(r"/grade/items/[^/]+/$"))
        expect(key(plain)).to_have_count(1)
        expect(plain.locator("#id_comment")).to_have_value("Dose?")
    assert Draft.objects.get().blind_coherence == 3
