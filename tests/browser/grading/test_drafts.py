"""Nothing entered is lost: reload, expired lease, two tabs, logging out."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from review.models import Draft, Grade, Slot
from review.queue.claim import next_slot
from tests import actors, factories
from tests.browser.grading.sessions import (
    COMMENT,
    enter,
    expect_entered,
    expect_kept,
    expect_problem,
    expect_ready,
    expect_saved,
    grade_by_keyboard,
    open_item,
)


@pytest.fixture
def ann():
    return actors.reviewer("ann")


@pytest.fixture
def study(transactional_db, ann):
    return factories.study(ann, opened_by=actors.lead(), size=2)


@pytest.fixture
def item(live_server, page: Page, study) -> Page:
    """The first item, open."""
    open_item(page, live_server.url)
    return page


def test_a_draft_survives_a_reload_and_saved_is_what_the_server_said(item):
    enter(item)
    expect_saved(item)
    assert Draft.objects.get().content["comment"] == COMMENT
    expect_kept(item, 0)
    item.reload()
    expect_entered(item)
    expect(item.locator("#draft-saved")).to_contain_text("saved")


def test_an_expired_item_is_read_only_once_others_have_it(item, study, expected_console_errors):
    expected_console_errors.append("409")
    enter(item)
    expect_saved(item)
    slot = Slot.objects.get(state=Slot.State.LEASED)
    others = actors.reviewer("ben")
    Slot.objects.filter(pk=slot.pk).update(reviewer=others, fence=slot.fence + 1)
    item.locator("#id_comment").fill("Written too late.")
    expect_problem(item, "Your time on this item ran out")
    expect_kept(item, 1)
    item.reload()
    expect(item.get_by_text("it went to others")).to_be_visible()
    expect_entered(item, "Written too late.")
    expect(item.locator("#submit-grade")).to_have_count(0)


def test_an_expired_item_comes_back_while_it_is_free(item, study):
    enter(item)
    expect_saved(item)
    Slot.objects.filter(state="leased").update(
        lease_until=timezone.now() - timedelta(hours=1), state="open", reviewer=None
    )
    item.reload()
    expect(item.get_by_text("it is yours again")).to_be_visible()
    expect_entered(item)
    grade_by_keyboard(item)
    expect_ready(item, 2)
    assert Grade.objects.get().comment == COMMENT


def test_two_tabs_never_overwrite_one_another_unasked(item, expected_console_errors):
    expected_console_errors.append("409")
    other = item.context.new_page()
    other.goto(item.url)
    expect_ready(other)
    enter(item)
    expect_saved(item)
    enter(other, "From the other tab.")
    expect_problem(other, "open in another tab")
    assert Draft.objects.get().content["comment"] == COMMENT
    other.get_by_role("button", name="Continue in this tab").click()
    expect_saved(other)
    assert Draft.objects.get().content["comment"] == "From the other tab."
    other.close()


def test_a_tab_left_open_on_a_graded_item_says_so_and_keeps_no_copy(item, expected_console_errors):
    expected_console_errors.append("409")
    other = item.context.new_page()
    other.goto(item.url)
    expect_ready(other)
    item.bring_to_front()
    grade_by_keyboard(item)
    expect_ready(item, 2)
    other.bring_to_front()
    other.locator("#id_comment").fill("Too late.")
    expect_problem(other, "change your grade under My grades")
    expect_kept(other, 0)
    assert Grade.objects.get().comment == ""


def test_what_the_browser_keeps_goes_with_the_grade_and_at_logging_out(
    item, study, ann, expected_console_errors
):
    expected_console_errors.append("ERR_")
    item.route("**/draft/", lambda route: route.abort())
    enter(item)
    expect_problem(item, "kept in this browser")
    expect_kept(item, 1)
    item.unroute("**/draft/")
    grade_by_keyboard(item)
    expect_ready(item, 2)
    expect_kept(item, 0)
    item.route("**/draft/", lambda route: route.abort())
    item.keyboard.press("c")
    expect_problem(item, "kept in this browser")
    item.locator("#user-menu-button").click()
    item.get_by_role("button", name="Log out").click()
    expect(item.locator("#id_login")).to_be_visible()
    expect_kept(item, 0)


def test_seconds_count_while_someone_is_at_work_and_stop_after_a_minute(
    live_server, page, study, ann
):
    page.clock.install()
    open_item(page, live_server.url)
    page.keyboard.press("j")
    page.clock.run_for(20_000)
    seconds = page.locator("input[name=active_seconds]")
    assert 19 <= int(seconds.input_value()) <= 21
    page.clock.run_for(600_000)
    assert 58 <= int(seconds.input_value()) <= 62
    assert next_slot(study, reviewer=ann) is not None


def test_a_change_to_a_grade_survives_a_reload_and_a_lost_network(
    item, study, expected_console_errors
):
    expected_console_errors.append("ERR_INTERNET_DISCONNECTED")
    grade_by_keyboard(item)
    expect_ready(item, 2)
    item.keyboard.press("z")
    expect(item.get_by_role("heading", name="Your grade")).to_be_visible()
    expect_ready(item)
    enter(item)
    expect_saved(item)
    item.context.set_offline(True)
    item.locator("#id_reason").fill("Step 1 again.")
    expect_problem(item, "kept in this browser")
    item.context.set_offline(False)
    expect_saved(item)
    item.reload()
    expect_entered(item)
    expect(item.locator("#id_reason")).to_have_value("Step 1 again.")
    item.get_by_role("button", name="Save the change").click()
    expect_ready(item, 2)
    assert Grade.objects.get(is_current=True).comment == COMMENT
    assert not Draft.objects.exists()
    expect_kept(item, 0)
