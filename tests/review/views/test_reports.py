"""Reports in the browser: the page, its files and its plots say the same."""

import csv
import html
import io
import json
import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pipeline.accounts.roles import Role, grant_role
from review.models import Study
from review.reports import registry
from review.reports.registry import REPORTS
from review.views.reports import TYPES
from tests import actors, factories
from tests.review.submitting import grade_all

pytestmark = pytest.mark.django_db
KEYS = [entry.key for entry in REPORTS]


@pytest.fixture(scope="module")
def people(module_db):
    return [actors.reviewer(name) for name in ("ann", "ben", "cat")]


@pytest.fixture(scope="module")
def studies(people):
    """One that nobody has graded, and one that all have."""
    opener = actors.lead()
    ungraded, graded = (
        factories.study(*people, opened_by=opener, size=6, overlap=3, name=name)
        for name in ("study", "graded")
    )
    for person, precision in zip(people, (5, 4, 2), strict=True):
        grade_all(graded, person, cot_precision=precision)
    return ungraded, graded


@pytest.fixture
def study(studies):
    return Study.objects.get(pk=studies[0].pk)


@pytest.fixture
def graded(studies):
    return Study.objects.get(pk=studies[1].pk)


@pytest.fixture
def client() -> Client:
    return actors.signed_in(actors.lead("reader"))


def at(name: str, study: Study, *more: str) -> str:
    return reverse(f"review:{name}", args=[study.pk, *more])


def data_lines(text: str) -> list[dict[str, str]]:
    lines = [line for line in text.splitlines() if not line.startswith(("#", '"#'))]
    return list(csv.DictReader(io.StringIO("\n".join(lines))))


def test_the_page_the_csv_and_the_json_show_the_same_figure(client, graded):
    page = client.get(at("report", graded, "agreement")).content.decode()
    whole = json.loads(client.get(at("report_file", graded, "agreement", "json")).content)
    table = client.get(at("report_table", graded, "agreement", "criteria")).content.decode()
    (row,) = [one for one in data_lines(table) if one["criterion"] == "Precision"]
    (section,) = [one for one in whole["sections"] if one["section"] == "criteria"]
    figure = section["tables"][0]["rows"][0]["ac"]
    assert float(row["ac"]) == figure["value"]
    assert int(row["ac_n"]) == figure["n"] == 6
    assert f"{figure['value']:.2f}" in page
    assert f"n = {figure['n']}" in page


@pytest.mark.parametrize("key", KEYS)
def test_a_study_without_grades_has_reasons_in_place_of_figures(client, study, key):
    assert client.get(at("reports", study)).status_code == 200
    page = client.get(at("report", study, key)).content.decode()
    files = [client.get(at("report_file", study, key, form)) for form in ("json", "csv")]
    for text in (page, *(one.content.decode() for one in files)):
        assert not re.search(r"\b(nan|infinity)\b", text.lower())
    assert (
        "no item has two ratings" in client.get(at("report", study, "agreement")).content.decode()
    )


def test_a_study_of_one_rater_has_no_agreement_and_says_why(client, people):
    study = factories.study(people[0], opened_by=actors.lead("opener"), size=4, name="alone")
    grade_all(study, people[0])
    page = client.get(at("report", study, "agreement")).content.decode()
    assert "no item has two ratings" in page
    assert "100.0 %" in client.get(at("report", study, "quality")).content.decode()


def _each_plot_and_each_variant(addresses: set[str]) -> Iterator[str]:
    """All tables and files; of plots each once, and each form, theme and size of one once."""
    seen: set[str] = set()
    for address in sorted(addresses):
        plot, _, variant = address.rpartition(".")
        is_plot = variant.startswith(("svg", "png"))
        if not is_plot or not {plot, variant} <= seen:
            seen |= {plot, variant}
            yield address


@pytest.mark.parametrize("key", KEYS)
def test_every_plot_and_table_a_page_links_to_is_there(client, graded, key):
    page = client.get(at("report", graded, key)).content.decode()
    addresses = set(
        re.findall(r'(?:href|src|srcset)="(/studies/[^"#]+\.(?:csv|svg|png|json)[^"]*)"', page)
    )
    assert {address.rpartition(".")[2].partition("?")[0] for address in addresses} == set(TYPES)
    for address in _each_plot_and_each_variant(addresses):
        response = client.get(html.unescape(address))
        assert response.status_code == 200, address
        assert response["Content-Type"].startswith(
            TYPES[address.rpartition(".")[2].partition("?")[0]]
        )


def test_a_report_that_fails_is_not_said_to_be_missing(client, people, monkeypatch):
    study = factories.study(people[0], opened_by=actors.lead("opener"), name="not read before")

    def failing(facts):
        raise KeyError("a cell")

    monkeypatch.setitem(registry._BUILDERS, "quality", failing)
    with pytest.raises(KeyError, match="a cell"):
        client.get(at("report", study, "quality"))
    assert client.get(at("report", study, "nothing")).status_code == 404


def test_a_plot_is_sent_again_only_when_it_differs(client, graded, people):
    address = at("report_plot", graded, "workload", "pace", "svg")
    etag = client.get(address)["ETag"]
    again = client.get(address, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(f"{address}?theme=dark")["ETag"] != etag


def test_a_new_grade_is_in_the_report_at_once(client, study, people):
    def graded_items():
        whole = json.loads(client.get(at("report_file", study, "quality", "json")).content)
        (section,) = [one for one in whole["sections"] if one["section"] == "acceptable"]
        return section["tables"][0]["rows"][0]["share"]["n"]

    assert graded_items() == 0
    grade_all(study, people[0])
    assert graded_items() == 6


def test_files_say_what_they_are(client, graded):
    response = client.get(at("report_file", graded, "quality", "csv"))
    text = response.content.decode()
    assert (
        response["Content-Disposition"] == f'attachment; filename="study-{graded.pk}-quality.csv"'
    )
    for line in (
        "# Quality",
        f"# study: {graded.name}",
        "# reasoner: demonstration",
        "# rubric version: 2",
    ):
        assert line in text
    assert "# estimand: The consensus of this panel on this batch" in text.replace('"#', "#")


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("report", ["nothing"]),
        ("report_file", ["nothing", "csv"]),
        ("report_table", ["agreement", "nothing"]),
        ("report_plot", ["agreement", "nothing", "svg"]),
        ("report_plot", ["agreement", "grras", "svg"]),
    ],
)
def test_what_is_not_there_is_not_found(client, graded, name, more):
    assert client.get(at(name, graded, *more)).status_code == 404


def test_whoever_may_still_grade_in_the_study_reads_no_report_of_it(graded, people):
    grant_role(people[0].user, Role.ADJUDICATOR)
    blind = actors.signed_in(people[0].user)
    assert blind.get(at("reports", graded)).status_code == 404
    assert blind.get(at("report", graded, "agreement")).status_code == 404
    assert blind.get(at("report_file", graded, "agreement", "json")).status_code == 404
    assert "open-reports" not in blind.get(at("study", graded)).content.decode()
    Study.objects.filter(pk=graded.pk).update(state=Study.State.CLOSED)
    assert blind.get(at("report", graded, "agreement")).status_code == 200


def test_names_of_people_are_in_no_report(client, graded, people):
    for key in KEYS:
        page = client.get(at("report", graded, key)).content.decode()
        main = page[page.index("<main") : page.index("</main>")]
        assert not any(f">{person.user.username}<" in main for person in people)
        assert people[0].pseudonym in main or key not in ("agreement", "workload")


def test_the_study_page_leads_to_its_reports(client, graded):
    assert at("reports", graded) in client.get(at("study", graded)).content.decode()


def test_reading_reports_asks_no_more_of_a_larger_study(client, people):
    asked = []
    for size in (3, 30):
        study = factories.study(
            *people, opened_by=actors.lead(f"lead{size}"), size=size, overlap=2, name=f"s{size}"
        )
        grade_all(study, people[0])
        with CaptureQueriesContext(connection) as queries:
            client.get(at("report", study, "quality"))
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 30
