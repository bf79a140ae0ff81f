"""From a lead's invitation to a reviewer with two-step login, in a real browser."""

from django.core.cache import cache
from playwright.sync_api import expect

from tests import actors
from tests.browser.faults import faults
from tests.browser.signed_in import sign_in
from tests.codes import code_now

PASSWORD = "correct horse battery"


def enter(page, address: str) -> None:
    page.goto(f"{address}/account/login/")
    page.get_by_label("Username").fill("ann")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def log_out(page) -> None:
    page.locator("#user-menu-button").click()
    page.get_by_role("button", name="Log out").click()


def test_an_invited_reviewer_comes_in_with_two_steps(
    live_server, page, transactional_db, expected_console_errors
):
    expected_console_errors.append("422")  # entries that are refused on purpose
    cache.clear()
    actors.lead()
    found: list[str] = []
    sign_in(page, live_server.url)
    page.get_by_role("link", name="People").click()
    page.get_by_role("link", name="Invite someone").click()
    page.get_by_label("For whom").fill("Ann")
    page.get_by_label("Reviewer").check()
    page.get_by_role("button", name="Create the link").click()
    link = page.locator("#invitation-link").inner_text()
    found += faults(page)
    log_out(page)

    page.goto(link)
    page.get_by_label("User name").fill("ann")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill("something else")
    page.get_by_role("button", name="Create my account").click()
    expect(page.locator(".error-summary")).to_be_focused()
    found += faults(page)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_label("Specialty").fill("cardiology")
    page.get_by_role("button", name="Create my account").click()
    expect(page.get_by_text("Your account has been created.")).to_be_visible()

    enter(page, live_server.url)
    page.locator("#user-menu-button").click()
    page.get_by_role("link", name="Two-step login").click()
    page.get_by_role("link", name="Switch on").click()
    found += faults(page)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    assert page.locator("img.qr").evaluate("picture => picture.naturalWidth") > 0
    found += faults(page)
    secret = page.locator("#totp-key").inner_text()
    page.get_by_label("Authenticator code").fill(code_now(secret))
    page.get_by_role("button", name="Switch on").click()
    codes = page.locator("#recovery-codes li").all_inner_texts()
    assert len(codes) == 10
    found += faults(page)
    page.get_by_role("link", name="I have saved them").click()
    log_out(page)

    enter(page, live_server.url)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Log in").click()
    expect(page.locator(".error-summary")).to_be_focused()
    found += faults(page)
    page.get_by_role("button", name="Start again").click()
    enter(page, live_server.url)
    page.get_by_label("Code").fill(code_now(secret))
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("link", name="Grading")).to_be_visible()
    for address in ("", "codes/", "codes/new/", "off/"):
        page.goto(f"{live_server.url}/account/two-step/{address}")
        found += faults(page)
    assert not found
