"""The report of evaluations in a browser and on paper: both themes, narrow, by keyboard."""

import io
import os

import pytest

from tests import actors
from tests.browser.faults import faults
from tests.browser.signed_in import sign_in
from tests.review.reports.evaluation.planted import UNREAD, always, benchmark, evaluation, right_on

pypdf = pytest.importorskip("pypdf")


@pytest.fixture
def address(transactional_db) -> str:
    """Published results fit this benchmark, and one model answers by the letter."""
    actors.lead()
    exam = benchmark("hle", 103, source="hle", split="test")
    names = ("a model with a name, a long one and commas in it", "another model", "by the letter")
    answers = (right_on(*range(60)), right_on(*range(30), otherwise=UNREAD), always("B"))
    for name, answer in zip(names, answers, strict=True):
        row = evaluation(exam, name, answer, orders=2)
    return f"/evaluations/reports/{row.items_sha256}/"


def test_the_report_is_without_faults_wide_narrow_and_on_paper(page, live_server, address):
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}{address}")
    found = faults(page, [1366, 390])
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/evaluation-report.png", full_page=True)
    assert not found
    printed = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    text = "".join("".join(one.extract_text() for one in printed).split())
    # What is folded on the page is open on paper.
    assert "How they were compared".replace(" ", "") in text
    assert "Appendix:prompts" in text


def test_evaluations_are_chosen_by_keyboard(page, live_server, address):
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}{address}")
    page.get_by_label("by the letter").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("another")
    page.get_by_role("button", name="Show").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**baseline=*")
    assert page.get_by_text('Each evaluation is compared with "another model".').is_visible()
    assert not page.get_by_label("by the letter").is_checked()
    assert page.locator("#accuracy tbody tr").count() == 2 + 3
