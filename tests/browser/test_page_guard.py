"""The `page` fixture notices what it must: a suite that hears nothing would pass on anything."""

import pytest
from playwright.sync_api import Page

PAGE = """<!doctype html><title>guarded</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'nonce-a'">
<script nonce="a">{script}</script>{rest}"""


@pytest.mark.parametrize(
    ("script", "rest", "complaint"),
    [
        ("console.error('spilt')", "", "spilt"),
        ("throw new Error('broken')", "", "page error"),
        ("", "<script>document.title = 'injected'</script>", "CSP: script-src"),
    ],
)
def test_complaints_are_heard(
    page: Page, expected_console_errors: list[str], script: str, rest: str, complaint: str
):
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(f"page error: {error}"))
    expected_console_errors += ["spilt", "broken", "CSP", "Content Security Policy"]
    page.route(
        "**/*",
        lambda route: route.fulfill(
            body=PAGE.format(script=script, rest=rest), content_type="text/html"
        ),
    )
    page.goto("http://guarded.test/")
    for _ in range(100):
        if not any(complaint in line for line in heard):
            page.wait_for_timeout(100)
    assert any(complaint in line for line in heard), heard
    assert page.title() == "guarded"
