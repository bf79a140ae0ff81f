"""axe finds nothing in any state of the review's pages: empty, refused, saved, lost, closed."""

import pytest
from playwright.sync_api import Page, expect

from pipeline.accounts.roles import Role
from review.evidence.policies import Rules, save_policy
from review.models import Item, Release, Reviewer, Slot, Study
from review.queue.claim import next_slot
from review.queue.decline import decline_item
from review.releases.lifecycle import begin_release
from review.releases.making import make
from review.releases.zip_file import whole_zip
from tests import actors, factories
from tests.browser.faults import faults
from tests.browser.grading.sessions import expect_ready, expect_saved
from tests.browser.signed_in import sign_in
from tests.factories import make_release
from tests.review.disagreeing import grade_row
from tests.review.submitting import submit

EMPTY_LISTS = (
    "/studies/",
    "/studies/new/",
    "/studies/controls/",
    "/releases/",
    "/releases/new/",
    "/adjudication/",
    "/disputes/",
    "/people/",
    "/batches/",
    "/questions/",
    "/graphs/",
    "/endpoints/",
    "/endpoints/prices/",
)


@pytest.fixture(autouse=True)
def _desktop(page: Page, transactional_db) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    page.emulate_media(reduced_motion="reduce")


@pytest.fixture
def ann():
    return actors.reviewer("ann")


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def study(ann, lead) -> Study:
    """A study in which Ann has not begun."""
    return factories.study(ann, opened_by=lead, size=2)


def in_state(ann: Reviewer, lead, state: str) -> Item:
    """The item that Ann graded in a study of this state."""
    study = factories.study(ann, opened_by=lead, size=2, name=state)
    slot = next_slot(study, reviewer=ann)
    submit(slot, ann)
    Study.objects.filter(pk=study.pk).update(state=state, reveal_after_submit=True)
    return slot.item


def visit(page: Page, *addresses: str) -> list[str]:
    found = []
    for address in addresses:
        page.goto(address)
        found += faults(page)
    return found


def test_lists_with_nothing_in_them(live_server, page, lead):
    actors.reviewer("new")
    sign_in(page, live_server.url)
    found = visit(page, *(live_server.url + address for address in EMPTY_LISTS))
    page.context.clear_cookies()
    sign_in(page, live_server.url, "new")
    assert not found + visit(page, f"{live_server.url}/grade/")


def test_a_release_being_made_failed_and_packed_again(live_server, page, study, lead, monkeypatch):
    monkeypatch.setattr("review.tasks.finish_release.delay", lambda *_: None)
    policy = save_policy("policy", rules=Rules(), saved_by=lead)
    waiting, failed = (
        begin_release(name, studies=[study], policy=policy, made_by=lead)
        for name in ("waiting", "failed")
    )
    make(failed)
    packed = save_policy("all", rules=factories.UNGRADED, saved_by=lead)
    frozen = make_release("frozen", study=study, policy=packed, made_by=lead)
    sign_in(page, live_server.url)
    addresses = [f"{live_server.url}/releases/{one.name}/" for one in (waiting, failed, frozen)]
    found = visit(page, f"{live_server.url}/releases/", *addresses)
    whole_zip(frozen).unlink()
    page.get_by_role("link", name="Download bundle").click()
    expect(page.get_by_text("The ZIP in the data folder is missing or was changed")).to_be_visible()
    expect(page.get_by_text("The bundle (ZIP) is being packed")).to_be_visible()
    found += faults(page)
    Release.objects.filter(pk=frozen.pk).update(
        failed_reason="Not as frozen: data/sft/train.jsonl."
    )
    expect(page.get_by_text("could not be packed: Not as frozen")).to_be_visible()
    found += faults(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert not found + visit(page, *addresses)


def test_the_desk_and_what_is_past(live_server, page, study, ann, lead):
    closed, paused = (in_state(ann, lead, state) for state in ("closed", "paused"))
    address = f"{live_server.url}/grade"
    sign_in(page, live_server.url, "ann")
    found = visit(
        page,
        f"{address}/",
        f"{address}/studies/{study.pk}/history/",
        f"{address}/studies/{closed.study_id}/history/",
        f"{address}/items/{closed.code}/amend/",
        f"{address}/items/{paused.code}/reveal/",
    )
    assert not found


def test_a_draft_saved_elsewhere_and_lost(
    live_server, page, study, ann, lead, expected_console_errors
):
    expected_console_errors.append("409")
    slot = next_slot(study, reviewer=ann)
    sign_in(page, live_server.url, "ann")
    page.goto(f"{live_server.url}/grade/items/{slot.item.code}/")
    expect_ready(page)
    page.keyboard.press("x")
    page.locator("#id_step_1_correction").fill("Should name the drug.")
    expect_saved(page)
    found = faults(page)
    page.get_by_text("Not for me").click()
    found += faults(page)
    other = page.context.new_page()
    other.goto(page.url)
    expect_ready(other)
    with other.expect_response("**/draft/"):
        other.get_by_label("Key disputed").check()
    other.close()
    page.locator("#id_comment").fill("Which tab?")
    expect(page.get_by_role("button", name="Continue in this tab")).to_be_visible()
    found += faults(page)
    Slot.objects.filter(pk=slot.pk).update(reviewer=actors.reviewer("ben"), fence=slot.fence + 1)
    found += visit(page, page.url)
    expect(page.get_by_text("it went to others")).to_be_visible()
    assert not found


def test_a_study_refused_previewed_and_stuck(
    live_server, page, study, ann, lead, expected_console_errors
):
    expected_console_errors.append("422")
    slot = next_slot(study, reviewer=ann)
    decline_item(slot, reviewer=ann, fence=slot.fence, reason="not mine")
    sign_in(page, live_server.url)
    found = visit(page, f"{live_server.url}/studies/{study.pk}/")
    expect(page.get_by_text("Stuck: nobody is left")).to_be_visible()
    for action in ("Pause", "Close for good"):
        page.get_by_role("button", name=action).click()
        expect(page.get_by_role("button", name=action)).to_have_count(0)
        found += faults(page)
    page.goto(f"{live_server.url}/studies/new/")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".error-summary")).to_be_focused()
    found += faults(page)
    page.get_by_label("Name").fill("Second study")
    page.get_by_label("study-batch").check()
    page.get_by_label("ann").check()
    page.get_by_label("Grades per item").fill("1")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("heading", name="What this study asks for")).to_be_visible()
    assert not found + faults(page, widths=[1280, 390])


def test_an_item_to_settle_refused_and_nothing_left(
    live_server, page, study, ann, lead, expected_console_errors
):
    expected_console_errors.append("422")
    actors.person("judge", Role.ADJUDICATOR)
    item = study.items.first()
    grade_row(item, ann, labels=["correct", "correct"])
    grade_row(item, actors.reviewer("ben"), labels=["correct", "incorrect"], decision="reject")
    sign_in(page, live_server.url, "judge")
    page.goto(f"{live_server.url}/adjudication/")
    page.get_by_role("button", name="Settle the next item").click()
    page.get_by_role("button", name="Settle and next").click()
    expect(page.locator("#settle-errors, .error-summary")).to_be_focused()
    found = faults(page)
    for key in ("2", "3", "d"):
        page.keyboard.press(key)
    page.locator("#id_rationale").fill("Step 2 is wrong.")
    page.get_by_role("button", name="Settle and next").click()
    expect(page.get_by_role("heading", name="Nothing is waiting")).to_be_visible()
    assert not found + faults(page)
