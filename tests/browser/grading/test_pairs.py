"""Comparing two chains of thought in a real browser: by keys, by mouse, narrow, in both themes."""

import pytest
from playwright.sync_api import Page, expect

from review.models import Draft, PairJudgement
from tests import actors
from tests.browser.faults import faults, too_wide
from tests.browser.signed_in import sign_in
from tests.review.pairwise.pairing import judge_all, pairwise_study

WIDTHS = (1280, 820, 390)


@pytest.fixture
def ann(transactional_db):
    return actors.reviewer("ann")


@pytest.fixture
def study(ann):
    return pairwise_study(ann, opened_by=actors.lead(), questions=3, guidelines="# Read both.")


def open_pair(page: Page, address: str) -> None:
    sign_in(page, address, "ann")
    page.get_by_role("button", name="Compare pairs").click()
    expect_pair(page, 1)


def expect_pair(page: Page, number: int) -> None:
    expect(page.get_by_role("heading", name=f"Pair {number} of 3")).to_be_visible()
    expect(page.locator("[data-field].is-current")).to_be_visible()  # the keys are heard


def test_a_pair_is_judged_by_keyboard_alone(live_server, page, study):
    open_pair(page, live_server.url)
    page.keyboard.press("f")
    page.keyboard.press("f")
    page.keyboard.press("2")
    for key in "123":
        page.keyboard.press(key)
    page.keyboard.press("n")
    page.keyboard.type("A is clearer.")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Enter")
    expect_pair(page, 2)
    judgement = PairJudgement.objects.get()
    left, right = judgement.shown_left, {"first": "second", "second": "first"}[judgement.shown_left]
    assert (judgement.more_precise, judgement.more_coherent, judgement.better) == (
        left,
        "tie",
        right,
    )
    assert getattr(judgement, f"flag_{right}") == "moderate"
    assert judgement.comment == "A is clearer."
    page.keyboard.press("z")
    expect(page.get_by_role("heading", name="Your judgement")).to_be_visible()
    page.locator("#choice-better input[value=tie]").click()
    page.get_by_label("Reason").fill("read again")
    page.keyboard.press("Control+Enter")
    expect_pair(page, 2)
    assert PairJudgement.objects.get(is_current=True).better == "tie"


def test_a_pair_is_judged_by_mouse_and_arrow_keys(live_server, page, study):
    open_pair(page, live_server.url)
    page.locator("#choice-more_precise input[value=a]").click()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#choice-more_precise input[value=tie]")).to_be_checked()
    page.locator("#choice-more_coherent input[value=b]").click()
    expect(page.locator("form[data-draft-state=saved]")).to_be_visible()
    assert Draft.objects.get().content["more_coherent"] == "b"
    page.reload()
    expect(page.locator("#choice-more_coherent input[value=b]")).to_be_checked()
    page.locator("#choice-better input[value=b]").click()
    page.get_by_role("button", name="Submit and next").click()
    expect_pair(page, 2)


def test_what_is_missing_is_named(live_server, page, study, expected_console_errors):
    expected_console_errors.append("422")
    open_pair(page, live_server.url)
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#grade-errors")).to_be_focused()
    expect(page.locator("#grade-errors")).to_contain_text("More coherent")
    expect(page.locator("#choice-more_precise input[value=a]")).to_be_checked()
    assert faults(page) == []


def test_in_a_narrow_window_the_letter_stays_in_sight(live_server, page, study):
    page.set_viewport_size({"width": 390, "height": 800})
    open_pair(page, live_server.url)
    page.locator("#side-b .conclusion").scroll_into_view_if_needed()
    expect(page.locator("#side-b-title")).to_be_in_viewport()
    assert too_wide(page) == []


def test_axe_finds_nothing_in_any_theme_or_width(live_server, page, study, ann):
    open_pair(page, live_server.url)
    found = faults(page, WIDTHS)
    page.locator("#keys-help summary").click()
    found += faults(page)
    judge_all(study, ann, prefer=lambda slot, criterion: "first" if slot.pk % 2 else "second")
    page.goto(f"{live_server.url}/compare/studies/{study.pk}/history/")
    found += faults(page, WIDTHS)
    page.context.clear_cookies()
    sign_in(page, live_server.url)
    for address in ("new/pairs/", f"{study.pk}/", f"{study.pk}/reports/pairwise/"):
        page.goto(f"{live_server.url}/studies/{address}")
        found += faults(page, WIDTHS)
    assert found == []
