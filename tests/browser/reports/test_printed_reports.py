"""Reports on paper: pages are filled, and no head of a table stands alone at the foot of one."""

import io
from unicodedata import normalize

import pytest

from review.models import Study
from review.reports.registry import REPORTS
from tests import actors, factories
from tests.browser.signed_in import sign_in
from tests.review.submitting import grade_all

pypdf = pytest.importorskip("pypdf")
# In points. Below this stands the page's number alone.
FOOT = 45
LEAST_FILLED = 0.3
HEADS = """() => [...document.querySelectorAll(".table thead")].map((one) => one.textContent)"""


@pytest.fixture
def study(transactional_db) -> Study:
    """Everyone has graded everything, and they disagree: all of it waits."""
    people = [actors.reviewer(name) for name in ("ann", "ben", "cat")]
    made = factories.study(*people, opened_by=actors.lead(), size=6, overlap=3)
    for person, precision in zip(people, (5, 4, 2), strict=True):
        grade_all(made, person, cot_precision=precision)
    return made


def letters(text: str) -> str:
    """The text without spaces, and without the ligatures of print."""
    return "".join(normalize("NFKC", text).split())


def texts_of(page) -> list[tuple[float, str]]:
    """The text of a printed page in its order, each with its height above the foot, in points."""
    found: list[tuple[float, str]] = []

    def visit(text, matrix, text_matrix, _font, _size) -> None:
        height = matrix[1] * text_matrix[4] + matrix[3] * text_matrix[5] + matrix[5]
        if text.strip() and height > FOOT:
            found.append((height, letters(text)))

    page.extract_text(visitor_text=visit)
    return found


def filled(page) -> float:
    """How far down the page its text reaches, as a share of the page."""
    height = float(page.mediabox.height)
    return 1 - min((at for at, _ in texts_of(page)), default=height) / height


def ends_in_a_head(page, heads: list[str]) -> bool:
    said = "".join(text for _, text in texts_of(page))
    return any(said.endswith(head) for head in heads)


def test_pages_are_filled_and_heads_are_not_alone(page, live_server, study):
    sign_in(page, live_server.url)
    for entry in REPORTS:
        page.goto(f"{live_server.url}/studies/{study.pk}/reports/{entry.key}/")
        heads = [letters(text) for text in page.evaluate(HEADS)]
        printed = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
        shares = [round(filled(one), 2) for one in printed]
        assert min(shares[:-1], default=1) > LEAST_FILLED, (entry.key, shares)
        assert not [one for one in printed if ends_in_a_head(one, heads)], entry.key
        assert "http" not in "".join(one.extract_text() for one in printed)
