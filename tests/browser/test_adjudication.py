"""An adjudicator settles by keyboard alone, and by mouse alone."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from pipeline.accounts.roles import Role
from review.models import Adjudication
from tests import actors, factories
from tests.browser.grading.sessions import expect_kept
from tests.browser.signed_in import sign_in
from tests.review.disagreeing import grade_row


@pytest.fixture
def study(transactional_db):
    ann, ben = actors.reviewer("ann"), actors.reviewer("ben")
    actors.person("judge", Role.ADJUDICATOR)
    study = factories.study(ann, ben, opened_by=actors.lead(), size=2, overlap=2)
    for item in study.items.all():
        grade_row(item, ann, labels=["correct", "correct"], comment="Sound.")
        grade_row(item, ben, labels=["correct", "incorrect"], decision="reject", cot_precision=1)
    return study


def open_first(page: Page, address: str) -> None:
    sign_in(page, address, "judge")
    page.get_by_role("button", name="Settle the next item").click()
    expect_item(page)


def expect_item(page: Page) -> None:
    expect(page.get_by_role("heading", name="Settle an item")).to_be_visible()
    expect(page.locator("[data-field].is-current")).to_have_count(1)


def test_two_items_by_keyboard_alone(live_server, page, study):
    sign_in(page, live_server.url, "judge")
    page.locator("#main").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Settle the next item")).to_be_focused()
    page.keyboard.press("Enter")
    for settled in (1, 2):
        expect_item(page)
        for key in ("2", "3", "d"):
            page.keyboard.press(key)
        page.keyboard.type("Step 2, as 1 of them said.")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_text("Settled.", exact=True)).to_be_visible()
        title = "Settle an item" if settled == 1 else "Nothing is waiting"
        expect(page.get_by_role("heading", name=title)).to_be_visible()
    rows = Adjudication.objects.values_list("precision", "coherence", "decision", "rationale")
    assert set(rows) == {(2, 3, "reject", "Step 2, as 1 of them said.")}
    assert len(rows) == 2


def test_one_item_by_mouse_alone_with_steps(live_server, page, study):
    open_first(page, live_server.url)
    for scale in page.locator("fieldset.scale").all():
        scale.locator("label", has_text="3").click()
    page.locator(".decision__choice--revise").click()
    steps = page.locator(".comparison select")
    for select in steps.all():
        select.select_option("incorrect")
    page.locator("#id_rationale").fill("Both read it too fast.")
    page.get_by_role("button", name="Settle and next").dblclick()
    expect_item(page)
    row = Adjudication.objects.get()
    assert (row.decision, row.precision) == ("revise", 3)
    assert set(row.step_labels.values()) == {"incorrect"}


def test_what_was_written_outlives_the_session_and_goes_once_settled(live_server, page, study):
    open_first(page, live_server.url)
    for key in ("2", "3", "d"):
        page.keyboard.press(key)
    expect_kept(page, 1)
    page.locator("#id_rationale").fill("Half a thought")
    page.locator(".comparison select").first.select_option("incorrect")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Settle and next").click()
    sign_in(page, live_server.url, "judge")
    page.get_by_role("button", name="Settle the next item").click()
    expect(page.get_by_text("Restored from this browser")).to_be_visible()
    expect(page.locator("input[name=precision][value='2']")).to_be_checked()
    expect(page.locator("#id_rationale")).to_have_value("Half a thought")
    expect(page.locator(".comparison select").first).to_have_value("incorrect")
    page.locator("#id_rationale").fill("A whole thought.")
    page.get_by_role("button", name="Settle and next").click()
    expect(page.get_by_text("Settled.", exact=True)).to_be_visible()
    expect(page.locator("#id_rationale")).to_have_value("")
    expect_kept(page, 0)


def test_a_copy_of_an_earlier_version_is_restored(live_server, page, study):
    open_first(page, live_server.url)
    key = page.locator("form[data-local-copy]").get_attribute("data-local-copy")
    copy = [["precision", "1", False], ["precision", "2", True], ["rationale", "Kept.", False]]
    page.evaluate("([key, copy]) => localStorage.setItem(key, JSON.stringify(copy))", [key, copy])
    page.reload()
    expect(page.get_by_text("Restored from this browser")).to_be_visible()
    expect(page.locator("input[name=precision]:checked")).to_have_value("2")
    expect(page.locator("#id_rationale")).to_have_value("Kept.")


def test_a_correction_begun_outlives_the_session_and_goes_once_approved(live_server, page, study):
    address = reverse("review:correct", args=[study.items.first().code])
    sign_in(page, live_server.url, "judge")
    page.goto(live_server.url + address)
    page.locator("#id_step_1").fill("It is otherwise.")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Approve the whole correction").click()
    sign_in(page, live_server.url, "judge")
    page.goto(live_server.url + address)
    expect(page.get_by_text("Restored from this browser")).to_be_visible()
    expect(page.locator("#id_step_1")).to_have_value("It is otherwise.")
    page.get_by_role("button", name="Approve the whole correction").click()
    expect(page.get_by_text("Corrected chain of thought approved.")).to_be_visible()
    expect_kept(page, 0)


def test_keys_can_be_switched_off(live_server, page, study):
    open_first(page, live_server.url)
    page.get_by_label("Keys are on").uncheck()
    page.locator("#item-title").focus()
    page.keyboard.press("5")
    expect(page.locator("form[data-keyboard] input:checked")).to_have_count(0)
    page.reload()
    expect(page.get_by_label("Keys are on")).not_to_be_checked()


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1024, 768)])
def test_the_decision_is_reached_without_scrolling(live_server, page, study, width, height):
    page.set_viewport_size({"width": width, "height": height})
    open_first(page, live_server.url)
    expect(page.get_by_role("button", name="Settle and next")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
