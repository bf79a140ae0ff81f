"""How a person is signed in where a browser test is not about signing in."""

from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

PASSWORD = "a long enough password"


def sign_in(page: Page, address: str, name: str = "lead") -> None:
    """Give the browser what the login form gives it, and open the person's first page.

    Saves the form's two page loads; `sign_in_by_form` and `sign_in_by_keyboard` go through it.
    """
    cache.clear()  # logins of other tests, which quick machines do more often than people may
    visitor = Client()
    visitor.post(reverse("account_login"), {"login": name, "password": PASSWORD})
    assert "sessionid" in visitor.cookies, f"{name} is not let in"
    page.context.add_cookies(
        [
            {"name": cookie.key, "value": cookie.value, "url": address}
            for cookie in visitor.cookies.values()
            if cookie.value
        ]
    )
    page.goto(f"{address}/")
    expect(page.locator("#user-menu-button")).to_be_visible()


def sign_in_by_form(page: Page, address: str, name: str = "lead") -> None:
    page.goto(f"{address}/account/login/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").or_(
        page.get_by_role("button", name="Log in")
    ).click()
    expect(page.locator("#user-menu-button")).to_be_visible()


def sign_in_by_keyboard(page: Page, address: str, name: str) -> None:
    """The reviewer's desk is open afterwards."""
    page.goto(f"{address}/account/login/")
    page.locator("#id_login").focus()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Grading")).to_be_visible()
