"""The grading screen in a real browser: detours, reloads, what is missing, switched-off keys."""

import re

import pytest
from playwright.sync_api import expect

from review.models import Grade, Slot
from tests import actors, factories
from tests.browser.grading.sessions import expect_ready, expect_saved, grade_by_keyboard, open_item
from tests.factories.screen import three_paths_and_steps


@pytest.fixture
def ann():
    return actors.reviewer("ann")


@pytest.fixture
def study(transactional_db, ann):
    return factories.study(ann, opened_by=actors.lead(), size=4)


def test_the_rarer_judgements_are_a_click_away(live_server, page, study, ann):
    open_item(page, live_server.url)
    page.get_by_label("Key disputed").click()
    page.locator("#id_cannot_judge").select_option("outside_specialty")
    page.get_by_role("button", name="Submit and next").click()
    expect_ready(page, 2)
    grade = Grade.objects.get()
    assert (grade.answer_key_disputed, grade.cannot_judge) == (True, "outside_specialty")


def test_a_flag_is_a_detour_and_z_reopens_the_last_item(live_server, page, study, ann):
    open_item(page, live_server.url)
    page.keyboard.press("f")
    page.keyboard.press("3")
    expect(page.locator("#safety input[value=severe]")).to_be_checked()
    grade_by_keyboard(page)
    expect_ready(page, 2)
    page.keyboard.press("z")
    expect(page.get_by_role("heading", name="Your grade")).to_be_visible()
    page.keyboard.press("d")
    page.get_by_label("Reason").fill("I had misread step 1.")
    page.keyboard.press("Control+Enter")
    expect_ready(page, 2)
    expect(page.get_by_text("Change saved as a new revision.")).to_be_visible()
    grade = Grade.objects.get(is_current=True)
    assert (grade.decision, grade.safety_flag, grade.revision) == ("reject", "severe", 2)


def test_a_reload_shows_the_same_item_and_the_end_says_so(live_server, page, study, ann):
    open_item(page, live_server.url)
    address = page.url
    page.reload()
    assert page.url == address
    for number in (2, 3, 4):
        grade_by_keyboard(page)
        expect_ready(page, number)
    grade_by_keyboard(page)
    expect(page.get_by_text("Nothing is left for you")).to_be_visible()
    assert Slot.objects.exclude(state=Slot.State.FILLED).count() == 0


def test_what_is_missing_is_named_and_what_was_entered_stays(
    live_server, page, study, ann, expected_console_errors
):
    expected_console_errors.append("422")
    open_item(page, live_server.url)
    page.keyboard.press("c")
    page.keyboard.press("2")
    page.keyboard.press("Control+Enter")
    summary = page.locator("#grade-errors")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Decision")
    expect(summary).not_to_contain_text(re.compile("^Precision"))
    expect(page.locator("input[name=path_0_precision][value='2']")).to_be_checked()
    assert not Grade.objects.exists()


def test_keys_are_off_in_text_and_can_be_switched_off_for_good(live_server, page, study, ann):
    open_item(page, live_server.url)
    page.keyboard.press("n")
    page.keyboard.type("r12345")
    page.keyboard.press("Escape")
    expect(page.locator("form[data-grading] input:checked")).to_have_count(0)
    page.keyboard.press("?")
    switch = page.get_by_label("Keys are on")
    expect(switch).to_be_checked()
    with page.expect_response("**/grade/keys/"):
        switch.uncheck()
    page.keyboard.press("Escape")
    expect(page.locator("#keys-help")).not_to_have_attribute("open", "")
    page.reload()
    page.locator("#item-title").focus()
    page.keyboard.press("r")
    expect(page.locator(".step input:checked")).to_have_count(0)


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1024, 768)])
def test_the_grades_are_reached_without_scrolling(live_server, page, study, ann, width, height):
    for item in study.items.all():
        three_paths_and_steps(item.trace, more_paths=2)
    page.set_viewport_size({"width": width, "height": height})
    open_item(page, live_server.url)
    expect(page.locator("fieldset.scale")).to_have_count(2 * 5 + 2)
    page.keyboard.press("c")
    expect_saved(page)
    expect(page.get_by_role("button", name="Submit and next")).to_be_in_viewport(ratio=1)
    rubric = "document.querySelector('#rubric')"
    assert page.evaluate(f"{rubric}.scrollHeight <= {rubric}.clientHeight")
    assert page.evaluate("document.documentElement.scrollHeight") <= height
    assert page.evaluate("document.documentElement.scrollWidth") <= width


NARROWEST = """
() => Math.min(
  ...[...document.querySelectorAll(".scale__point, .labels__choice, .decision__choice")]
    .map((one) => one.getBoundingClientRect()).flatMap((box) => [box.width, box.height]))
"""


def test_every_choice_is_wide_enough_for_a_finger(live_server, page, study, ann):
    """WCAG 2.2, 2.5.8: 24 pixels each way, also beside the scroll bar of a long rubric."""
    for item in study.items.all():
        three_paths_and_steps(item.trace, more_paths=2)
    open_item(page, live_server.url)
    for width in (1366, 960, 768, 320):
        page.set_viewport_size({"width": width, "height": 600})
        assert page.evaluate(NARROWEST) >= 24, width


MOVING = """
() => [...document.querySelectorAll("*")].filter((one) => {
  const style = getComputedStyle(one);
  const seconds = `${style.transitionDuration}, ${style.animationDuration}`.split(", ");
  return seconds.some((each) => parseFloat(each) > 0.001);
}).length
"""


def test_nothing_moves_where_less_motion_is_asked_for(live_server, page, study, ann):
    open_item(page, live_server.url)
    assert page.evaluate(MOVING) > 0
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(MOVING) == 0
