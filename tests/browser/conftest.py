"""A real Chromium that fails a test on any console error, page error or CSP violation."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.requires import chromium_path

HERE = Path(__file__).parent
# What is expected comes at once, but for a machine that has much else to do.
expect.set_options(timeout=20_000)
REPORT_CSP = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP: ${event.violatedDirective} blocked ${event.blockedURI || "inline"}`));
"""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests share one process: one Chromium, and no two of them compete for the CPU."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.requires("chromium"))
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium; inside a container's root account it cannot build its own sandbox."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {
        **browser_type_launch_args,
        "executable_path": chromium_path(),
        "args": [*sandbox, "--disable-dev-shm-usage"],
    }


@pytest.fixture(scope="session", autouse=True)
def _orm_beside_playwright() -> None:
    """Playwright's sync API keeps an event loop open in this process until the session ends,

    and Django would take every query for one made inside it.
    """
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture
def expected_console_errors() -> list[str]:
    """Parts of console errors that the test provokes on purpose; a test appends to it."""
    return []


@pytest.fixture
def page(page: Page, expected_console_errors: list[str]) -> Iterator[Page]:
    """A page whose complaints fail the test."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(f"console: {message.text} ({message.location.get('url', '')})")

    page.add_init_script(REPORT_CSP)
    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(f"page error: {error}"))
    yield page
    unexpected = [
        line for line in complaints if not any(part in line for part in expected_console_errors)
    ]
    assert not unexpected, "\n".join(unexpected)
