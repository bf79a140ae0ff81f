"""How a reviewer moves through the grading screen in the browser tests."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.signed_in import sign_in
from tests.product import until

COMMENT = "Step 1 names no dose."


def open_item(page: Page, address: str, *, enter: Callable[..., None] = sign_in) -> None:
    """Ann signs in and opens the first item."""
    enter(page, address, "ann")
    page.get_by_role("button", name="Start grading").click()
    expect_ready(page)


def expect_ready(page: Page, number: int | None = None) -> None:
    """The item is there and its keys work: the script has marked the current field."""
    if number is not None:
        expect(page.get_by_role("heading", name=f"Item {number} of")).to_be_visible()
    expect(page.locator("[data-field].is-current")).to_have_count(1)


def scales(page: Page) -> int:
    """How many scales the item has."""
    return page.locator("fieldset.scale").count()


def grade_by_keyboard(page: Page, point: str = "4") -> int:
    """A complete grade without a fault found; returns the number of keystrokes."""
    keys = ["r", *[point] * scales(page), "a", "Control+Enter"]
    for key in keys:
        page.keyboard.press(key)
    return len(keys)


def expect_saved(page: Page, timeout: float = 20_000) -> None:
    """The server has confirmed everything entered."""
    form = page.locator("form[data-grading]")
    expect(form).to_have_attribute("data-draft-state", "saved", timeout=timeout)
    expect(page.locator("#draft-saved")).to_contain_text("saved")


def enter(page: Page, text: str = COMMENT) -> None:
    page.keyboard.press("x")
    page.keyboard.press("2")
    page.locator("#id_comment").fill(text)
    page.keyboard.press("Escape")


def expect_entered(page: Page, text: str = COMMENT) -> None:
    expect(page.locator("input[name=step_1][value=incorrect]")).to_be_checked()
    expect(page.locator("input[name=path_0_precision][value='2']")).to_be_checked()
    expect(page.locator("#id_comment")).to_have_value(text)


def kept_here(page: Page) -> int:
    """How many drafts this browser keeps."""
    script = "Object.keys(localStorage).filter((key) => key.startsWith('medreason-draft:')).length"
    return int(page.evaluate(script))


def expect_kept(page: Page, count: int) -> None:
    """So many copies are in the browser, now or once the page's scripts have run."""
    until(lambda: kept_here(page) == count, patience=20)


def expect_problem(page: Page, text: str) -> None:
    expect(page.locator("#draft-problem")).to_contain_text(text)
