"""Comparisons and the paper's paragraphs in a browser: both themes, narrow, by keyboard."""

import os

import pytest

from pipeline.models import Trace
from tests import actors, factories
from tests.browser.faults import faults
from tests.browser.signed_in import sign_in
from tests.review.submitting import grade_all


@pytest.fixture
def studies(transactional_db):
    """Two studies by the same people, and of one batch some traces as if rejected."""
    people = [actors.reviewer(name) for name in ("ann", "ben", "cat")]
    opener = actors.lead()
    made = [
        factories.study(*people, opened_by=opener, size=6, overlap=3, name=name)
        for name in ("default", "paper")
    ]
    for study in made:
        for person, precision in zip(people, (5, 4, 2), strict=True):
            grade_all(study, person, cot_precision=precision)
    kept = made[1].batches.get().traces.filter(kept=True)[:3]
    Trace.objects.filter(pk__in=list(kept.values_list("pk", flat=True))).update(
        kept=False, rejections="answer"
    )
    return made


@pytest.fixture
def site(live_server, page, studies) -> str:
    sign_in(page, live_server.url)
    return str(live_server.url)


def test_pages_are_without_faults_wide_and_narrow(page, site, studies):
    first, second = (study.batches.get().pk for study in studies)
    found = []
    for address in (
        "comparisons/batches/",
        f"comparisons/batches/?first={first}&second={second}",
        f"comparisons/studies/?first={studies[0].pk}&second={studies[1].pk}",
        f"studies/{studies[0].pk}/reports/paper/",
    ):
        page.goto(f"{site}/{address}")
        found += faults(page, [1366, 390])
        if os.environ.get("SHOTS"):
            name = address.partition("?")[0].strip("/").replace("/", "-") + str("?" in address)
            page.screenshot(path=f"{os.environ['SHOTS']}/{name}.png", full_page=True)
            page.set_viewport_size({"width": 390, "height": 800})
            page.screenshot(path=f"{os.environ['SHOTS']}/{name}-390.png", full_page=True)
            page.set_viewport_size({"width": 1366, "height": 768})
    assert not found


def test_two_are_chosen_by_keyboard(page, site, studies):
    first, second = (study.batches.get() for study in studies)
    page.goto(f"{site}/batches/")
    page.get_by_role("link", name="Compare two").focus()
    page.keyboard.press("Enter")
    page.get_by_label("First batch").focus()
    page.keyboard.type(first.name)
    page.keyboard.press("Tab")
    page.keyboard.type(second.name)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**first={first.pk}&second={second.pk}*")
    assert page.get_by_text("Questions that ended differently").first.is_visible()
    assert page.get_by_label("First batch").input_value() == str(first.pk)
