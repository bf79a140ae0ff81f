"""Reports in the browser: the page, its files and its plots say the same."""

import csv
import io
import json

import pytest
from django.test import Client
from django.urls import reverse

from review.models import Study
from review.reports.registry import REPORTS
from tests import actors, factories
from tests.review.submitting import grade_all

pytestmark = pytest.mark.django_db
KEYS = [entry.key for entry in REPORTS]


@pytest.fixture
def people():
    return [actors.reviewer(name) for name in ("ann", "ben", "cat")]


@pytest.fixture
def study(people) -> Study:
    return factories.study(*people, opened_by=actors.lead(), size=6, overlap=3)


@pytest.fixture
def graded(study, people) -> Study:
    for person, precision in zip(people, (5, 4, 2), strict=True):
        grade_all(study, person, cot_precision=precision)
    return study


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
def test_every_report_of_a_study_without_grades_says_why_it_has_no_figures(client, study, key):
    assert client.get(at("reports", study)).status_code == 200
    page = client.get(at("report", study, key)).content.decode()
    files = [client.get(at("report_file", study, key, form)) for form in ("json", "csv")]
    for text in (page, *(one.content.decode() for one in files)):
        assert "nan" not in text.lower().replace("nano", "")
