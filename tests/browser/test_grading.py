"""A reviewer's session in a real browser, by keyboard alone and by mouse alone."""

import re

import pytest
from playwright.sync_api import Page, expect

from review.models import Grade, Slot
from tests import actors, factories

PASSWORD = "a long enough password"


@pytest.fixture
def ann():
    return actors.reviewer("ann")


@pytest.fixture
def study(transactional_db, ann):
    return factories.study(ann, opened_by=actors.lead(), size=4)


def sign_in_by_keyboard(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/account/login/")
    page.locator("#id_login").focus()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Grading")).to_be_visible()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the control of this name has the focus."""
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent.trim()") == name:
            return
    raise AssertionError(f"Tab never reaches {name}")


def open_first_item(page: Page) -> None:
    page.get_by_role("button", name="Start grading").click()
    expect_item(page, 1)


def expect_item(page: Page, number: int) -> None:
    """The item is there and its keys work: the script has marked the current field."""
    expect(page.get_by_role("heading", name=f"Item {number} of 4")).to_be_visible()
    expect(page.locator("[data-field].is-current")).to_have_count(1)


def fields(page: Page) -> int:
    return page.locator("form[data-grading] [data-field]").count()


def grade_by_keyboard(page: Page) -> None:
    for _ in range(fields(page) - 1):
        page.keyboard.press("4")
    page.keyboard.press("a")
    page.keyboard.press("n")
    page.keyboard.type("Read in 12 steps; 1 doubt.")
    page.keyboard.press("Control+Enter")


def test_three_items_by_keyboard_alone(live_server, page, study, ann):
    sign_in_by_keyboard(page, live_server.url, "ann")
    tab_to(page, "Start grading")
    page.keyboard.press("Enter")
    for number in (1, 2, 3):
        expect_item(page, number)
        grade_by_keyboard(page)
    expect_item(page, 4)
    grades = Grade.objects.filter(reviewer=ann)
    assert grades.count() == 3
    for grade in grades:
        assert (grade.cot_precision, grade.cot_coherence, grade.decision) == (4, 4, "accept")
        assert grade.comment == "Read in 12 steps; 1 doubt."
        assert set(grade.path_grades.values_list("precision", "coherence")) == {(4, 4)}


def test_one_item_by_mouse_alone_and_a_double_click_gives_one_grade(live_server, page, study, ann):
    sign_in_by_keyboard(page, live_server.url, "ann")
    open_first_item(page)
    for scale in page.locator("fieldset.scale").all():
        scale.locator("label", has_text="3").click()
    page.locator(".decision__choice--revise").click()
    page.get_by_role("button", name="Submit and next").dblclick()
    expect_item(page, 2)
    assert Grade.objects.get().decision == "revise"


def test_a_reload_shows_the_same_item_and_the_end_says_so(live_server, page, study, ann):
    sign_in_by_keyboard(page, live_server.url, "ann")
    open_first_item(page)
    address = page.url
    page.reload()
    assert page.url == address
    for number in (2, 3, 4):
        grade_by_keyboard(page)
        expect_item(page, number)
    grade_by_keyboard(page)
    expect(page.get_by_text("Nothing is left for you")).to_be_visible()
    assert Slot.objects.exclude(state=Slot.State.FILLED).count() == 0


def test_what_is_missing_is_named_and_what_was_entered_stays(
    live_server, page, study, ann, expected_console_errors
):
    expected_console_errors.append("422")
    sign_in_by_keyboard(page, live_server.url, "ann")
    open_first_item(page)
    page.keyboard.press("2")
    page.keyboard.press("Control+Enter")
    summary = page.locator("#grade-errors")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Decision")
    expect(summary).not_to_contain_text(re.compile("^Precision"))
    expect(page.locator("input[name=cot_precision][value='2']")).to_be_checked()
    assert not Grade.objects.exists()


def test_keys_can_be_switched_off_and_do_nothing_in_text(live_server, page, study, ann):
    sign_in_by_keyboard(page, live_server.url, "ann")
    open_first_item(page)
    page.keyboard.press("?")
    switch = page.get_by_label("Keys are on")
    expect(switch).to_be_checked()
    switch.uncheck()
    page.keyboard.press("Escape")
    page.locator("#item-title").focus()
    page.keyboard.press("5")
    expect(page.locator("form[data-grading] input:checked")).to_have_count(0)


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1024, 768)])
def test_the_grades_are_reached_without_scrolling(live_server, page, study, ann, width, height):
    page.set_viewport_size({"width": width, "height": height})
    sign_in_by_keyboard(page, live_server.url, "ann")
    open_first_item(page)
    expect(page.get_by_role("button", name="Submit and next")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollHeight") <= height
    assert page.evaluate("document.documentElement.scrollWidth") <= width
