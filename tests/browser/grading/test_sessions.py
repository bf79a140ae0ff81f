"""Whole sessions in a real browser, by keyboard alone and by mouse alone, and what they cost."""

import pytest
from playwright.sync_api import Page, expect

from review.models import Grade
from tests import actors, factories
from tests.browser.grading.sessions import expect_ready, grade_by_keyboard, open_item
from tests.browser.signed_in import sign_in, sign_in_by_keyboard
from tests.factories.screen import three_paths_and_steps

BY_KEYBOARD, BY_MOUSE = 10, 4
COMMENT = "Read in 12 steps; 1 doubt."
CORRECTION = "Should name the drug, c and x."
COUNT_KEYS = """
addEventListener("keydown", (event) => {
  if (!event.repeat) sessionStorage.keys = Number(sessionStorage.keys ?? 0) + 1;
}, true);
"""


@pytest.fixture
def size() -> int:
    """How many items the study has."""
    return BY_KEYBOARD


@pytest.fixture
def ann(transactional_db, size):
    """A reviewer in a study of items with six steps and three cited paths."""
    ann = actors.reviewer("ann")
    study = factories.study(ann, opened_by=actors.lead(), size=size)
    for item in study.items.all():
        three_paths_and_steps(item.trace)
    return ann


def expect_everything_stored(ann, size: int) -> None:
    """A grade for each item, with all that the two sessions enter."""
    grades = Grade.objects.filter(reviewer=ann, is_current=True)
    assert grades.count() == size
    for grade in grades:
        assert (grade.cot_precision, grade.cot_coherence, grade.decision) == (4, 3, "revise")
        assert (grade.comment, grade.safety_flag) == (COMMENT, "moderate")
        labels = list(grade.step_labels.order_by("step").values_list("label", "correction"))
        assert labels == [
            ("correct", ""),
            ("incorrect", CORRECTION),
            *[("correct", "")] * 3,
            ("unsupported", ""),
        ]
        assert grade.first_incorrect_step == 2
        paths = grade.path_grades.order_by("path").values_list("precision", "coherence")
        assert list(paths) == [(5, 4), (3, 2), (1, 5)]
        assert [path.invalid_edges for path in grade.path_grades.order_by("path")] == [[0], [], []]


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, found: str, key: str = "Tab") -> None:
    """Press Tab (or Shift+Tab) until `found` holds of the control that has the focus."""
    for _ in range(60):
        page.keyboard.press(key)
        if page.evaluate(f"(() => {{ const it = document.activeElement; return {found}; }})()"):
            return
    raise AssertionError(f"{key} never reaches {found}")


def enter_by_keyboard(page: Page) -> None:
    press(page, "c", "x", "k")  # back to step 2, whose correction follows it
    tab_to(page, "it.id === 'id_step_2_correction'")
    page.keyboard.type(CORRECTION)
    press(page, "Escape", "j", "j", "j", "j", "u", "r")
    press(page, *"54321543", "f", "2", "v", "n")
    page.keyboard.type(COMMENT)
    page.keyboard.press("Escape")
    press(page, *"kkkkkkkk")  # from the decision to the first scale; the edges stand before it
    tab_to(page, "it.id === 'invalid-0-0'", "Shift+Tab")
    page.keyboard.press("Space")


def test_ten_items_by_keyboard_alone(live_server, page, ann, size):
    sign_in_by_keyboard(page, live_server.url, "ann")
    follow(page, "Start grading")
    for number in range(1, size + 1):
        expect_ready(page, number)
        enter_by_keyboard(page)
        if number == 1:
            page.keyboard.press("d")  # by mistake
        page.keyboard.press("Control+Enter")
        if number == 1:
            expect_ready(page, 2)
            take_the_rejection_back(page)
    expect(page.get_by_text("Nothing is left for you")).to_be_visible()
    expect_everything_stored(ann, size)
    assert Grade.objects.get(revision=2, is_current=True).amend_reason == "A slip."


def take_the_rejection_back(page: Page) -> None:
    """Reopen the last item, change it with a reason, and go on where one was."""
    page.keyboard.press("z")
    expect(page.get_by_role("heading", name="Your grade")).to_be_visible()
    page.keyboard.press("v")
    tab_to(page, "it.id === 'id_reason'")
    page.keyboard.type("A slip.")
    page.keyboard.press("Control+Enter")
    expect_ready(page, 2)


def follow(page: Page, text: str) -> None:
    """Reach the link or button of this text by Tab, and press it."""
    tab_to(page, f"it.textContent.trim() === '{text}'")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def enter_by_mouse(page: Page) -> None:
    """Typing apart, nothing but clicks."""
    page.locator("#step-2 .labels__choice--incorrect").click()
    page.locator("#id_step_2_correction").click()
    page.keyboard.type(CORRECTION)
    page.locator("#step-6 .labels__choice--unsupported").click()
    page.get_by_role("button", name="The rest are correct").click()
    for scale, point in zip(page.locator("fieldset.scale").all(), "54321543", strict=True):
        scale.locator("label", has_text=point).click()
    page.locator("#path-1 .invalid").first.click()
    page.locator("#safety label", has_text="Moderate").click()
    page.locator(".decision__choice--revise").click()
    page.locator("#id_comment").click()
    page.keyboard.type(COMMENT)


@pytest.mark.parametrize("size", [BY_MOUSE])
def test_items_by_mouse_alone(live_server, page, ann, size):
    sign_in(page, live_server.url, "ann")
    page.get_by_role("button", name="Start grading").click()
    for number in range(1, size + 1):
        expect_ready(page, number)
        enter_by_mouse(page)
        page.get_by_role("button", name="Submit and next").dblclick()
    expect(page.get_by_text("Nothing is left for you")).to_be_visible()
    expect_everything_stored(ann, size)


def test_a_complete_grade_takes_at_most_twelve_keys_and_nothing_is_filled_in_before(
    live_server, page, ann
):
    """Every key that goes down is counted in the browser, Control and Enter as two."""
    page.add_init_script(COUNT_KEYS)
    open_item(page, live_server.url)
    expect(page.locator("li.step")).to_have_count(6)
    expect(page.locator("fieldset.scale")).to_have_count(2 * 3 + 2)
    expect(page.locator("[data-item] .item__panes :checked:not(option)")).to_have_count(0)
    page.evaluate("sessionStorage.keys = 0")
    grade_by_keyboard(page)
    expect_ready(page, 2)
    assert 0 < int(page.evaluate("sessionStorage.keys")) <= 12
    assert Grade.objects.get().step_labels.filter(label="correct").count() == 6
