"""Reports in a real browser: plots in both themes, narrow pages, paper, and axe."""

from itertools import product

import pytest

from review.models import Study
from tests import actors, factories
from tests.browser.faults import faults, in_theme
from tests.browser.signed_in import sign_in
from tests.review.submitting import grade_all

KEYS = ("agreement", "quality", "workload", "filters", "funnel")
PLOTS = """async () => {
  const images = [...document.querySelectorAll("figure.plot img")];
  await Promise.all(images.map((image) => image.decode()));
  return images.map((image) => image.currentSrc);
}"""


@pytest.fixture
def study(transactional_db) -> Study:
    people = [actors.reviewer(name) for name in ("ann", "ben", "cat")]
    made = factories.study(*people, opened_by=actors.lead(), size=6, overlap=3)
    for person, precision in zip(people, (5, 4, 2), strict=True):
        grade_all(made, person, cot_precision=precision)
    return made


@pytest.fixture
def reports(live_server, page, study) -> str:
    sign_in(page, live_server.url)
    return f"{live_server.url}/studies/{study.pk}/reports"


def test_every_report_in_both_themes_wide_and_narrow(page, reports):
    found = []
    for address in (f"{reports}/", *(f"{reports}/{key}/" for key in KEYS)):
        page.goto(address)
        found += faults(page, [1366, 390])
    assert not found


def test_plots_come_in_the_theme_and_the_size_of_the_page(page, reports):
    for theme, width in product(("light", "dark"), (1366, 390)):
        in_theme(page, theme)
        page.set_viewport_size({"width": width, "height": 768})
        page.goto(f"{reports}/workload/")
        drawn = page.evaluate(PLOTS)
        assert drawn
        for address in drawn:
            assert ("theme=dark" in address) == (theme == "dark")
            assert ("size=narrow" in address) == (width == 390)


def test_paper_is_light_and_without_navigation(page, reports):
    page.emulate_media(color_scheme="dark", media="print")
    page.goto(f"{reports}/quality/")
    assert not any("dark" in address for address in page.evaluate(PLOTS))
    for hidden in (".site-header", ".contents", "#download-csv", ".plot__files >> nth=0"):
        assert page.locator(hidden).is_hidden()
    for shown in (".imprint", "h1", "#acceptable", ".site-footer"):
        assert page.locator(shown).first.is_visible()


def test_folded_tables_open_at_a_click_and_on_paper(page, reports):
    page.goto(f"{reports}/agreement/")
    pairs = page.locator("#pairs_decision")
    assert pairs.is_hidden()
    page.emulate_media(media="print")
    assert pairs.is_visible()
    page.emulate_media(media="screen")
    page.get_by_text("Pairs of raters: Decision").first.click()
    assert pairs.is_visible()
    assert not faults(page)


def test_the_archive_is_fetched_from_the_studys_page_by_keyboard(page, live_server, study):
    sign_in(page, live_server.url)
    page.goto(f"{live_server.url}/studies/{study.pk}/")
    page.locator("#archive summary").focus()
    page.keyboard.press("Enter")
    assert not faults(page, [1366, 390])
    page.get_by_label("With comments and other free text").focus()
    page.keyboard.press("Space")
    with page.expect_download() as fetched:
        page.get_by_role("button", name="Download the archive").press("Enter")
    assert fetched.value.suggested_filename == f"study-{study.pk}-archive.zip"
    assert "comments=yes" in fetched.value.url
