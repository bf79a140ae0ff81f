"""Page, CSV and JSON agree to the digit, and the answers' file leads to the same figures."""

import csv
import io
import json
from collections import Counter
from html.parser import HTMLParser
from typing import Any

import pytest
from django.urls import reverse

from pipeline.models import Evaluation
from pipeline.statistics.estimate import Estimate
from review.evidence.policies import save_policy
from review.models import Release
from review.releases.contamination.benchmarks import Match
from review.reports.wording import CellText, cell_text
from tests import actors, factories
from tests.factories import make_release
from tests.review.releases.contamination.test_left_out import asked
from tests.review.releases.contamination.test_left_out import benchmark as loaded_later
from tests.review.reports.evaluation.planted import UNREAD, always, benchmark, evaluation, right_on

pytestmark = pytest.mark.django_db
RELEASE = Release(pk=1, name="first", state="frozen", reasoner_kind="language_model")


@pytest.fixture(scope="module")
def exam(module_db):
    """Three evaluations on one benchmark, under two orders, and one of them read badly."""
    row = benchmark(n=24, split="test")
    evaluation(row, "=strong, free", right_on(*range(18)), orders=2, seed=5)
    evaluation(row, "weak", right_on(*range(6), otherwise=UNREAD), orders=2, seed=5)
    evaluation(row, "lettered", always("A"))
    return row


@pytest.fixture
def client(monkeypatch, exam):
    """A lead, and a release in which two of the questions stand."""
    first, second = exam.questions.order_by("pk")[:2]
    matches = {
        first.pk: Match("train/q1", "exam", first.id_in_source, "exact", 100.0),
        second.pk: Match("train/q2", "exam", second.id_in_source, "near", 91.0),
    }
    monkeypatch.setattr(
        "review.views.evaluation_reports.release_contamination", lambda _: {RELEASE: matches}
    )
    return actors.signed_in(actors.lead("reader"))


def address(exam):
    return reverse("review:evaluation_report", args=[exam.evaluations.first().items_sha256])


def get(client, exam, form=""):
    response = client.get(address(exam), {"form": form} if form else {})
    assert response.status_code == 200
    return response.content.decode()


def tables_of(content: str) -> dict[str, dict[str, Any]]:
    return {
        table["table"]: table
        for section in json.loads(content)["sections"]
        for table in section["tables"]
    }


class Page(HTMLParser):
    """The cells' text of every table, by the table's id, row by row."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self._rows: list[list[str]] = []
        self._in_cell = False
        self.feed(content)

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self._rows = self.tables.setdefault(dict(attrs).get("id") or "", [])
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data):
        if self._in_cell:
            self._rows[-1][-1] += f" {data}"


def words(text: str) -> list[str]:
    return text.split()


def in_words(cell: Any, unit: str) -> CellText:
    """A cell of the JSON as a page writes it."""
    if isinstance(cell, dict):
        caution = cell.pop("caution")
        estimate = Estimate(**cell)
        assert estimate.caution == caution
        return cell_text(estimate, unit)
    return cell_text(cell, unit)


def said_by(text: CellText) -> list[str]:
    caution = f"Caution: {text.caution}" if text.caution else ""
    return words(" ".join((text.figure, text.interval, text.reason, caution)))


def test_every_cell_of_the_json_stands_on_the_page(client, exam):
    page = Page(get(client, exam)).tables
    found = tables_of(get(client, exam, "json"))
    assert len(found) > 12
    for key, table in found.items():
        shown = [row for row in page[key][1:] if row]
        assert len(shown) == max(1, len(table["rows"])), key
        for row, cells in zip(table["rows"], shown, strict=False):
            expected = [
                said_by(in_words(row[column["key"]], column["unit"])) for column in table["columns"]
            ]
            assert [words(cell) for cell in cells] == expected, key


def test_every_cell_of_the_json_stands_in_the_csv(client, exam):
    lines = [line for line in get(client, exam, "csv").splitlines(True) if line[:1] != "#"]
    rows = {
        (row["table"], int(row["row"]), row["column"]): row
        for row in csv.DictReader(io.StringIO("".join(lines)))
    }
    found = tables_of(get(client, exam, "json"))
    cells = 0
    for key, table in found.items():
        for number, row in enumerate(table["rows"], 1):
            for column, cell in row.items():
                cells += 1
                said = rows[key, number, column]
                if isinstance(cell, dict):
                    for part in ("value", "low", "high", "n"):
                        assert number_of(said[part]) == cell[part], (key, column)
                elif isinstance(cell, int | float):
                    assert float(said["value"]) == cell, (key, column)
                else:
                    assert said["value"].removeprefix("'") == (cell or "").replace("\r\n", "\n")
    assert cells == len(rows)


def number_of(text: str) -> float | None:
    return float(text) if text else None


def answers(client, exam):
    lines = get(client, exam, "answers").splitlines(True)
    return list(csv.DictReader(io.StringIO("".join(li for li in lines if li[:1] != "#"))))


def test_the_answers_lead_to_the_same_figures(client, exam):
    rows = answers(client, exam)
    found = tables_of(get(client, exam, "json"))
    assert len(rows) == 24 * 2 * 2 + 24
    for reported in found["accuracy"]["rows"]:
        own = [r for r in rows if r["evaluation"].lstrip("'") == reported["evaluation"]]
        stated = [row for row in own if row["order"] == "0"]
        read = [row for row in stated if row["letter"]]
        assert share(stated) == reported["accuracy"]["value"]
        assert share(read) == reported["where_read"]["value"]
        assert all(row["right"] == str(int(row["label"] == row["key"])) for row in own)
        assert all(row["letter"] == "" or shown_under(row) == row["label"] for row in own)
        for marked, of_release in (("contaminated", "marked"), ("clean", "clean")):
            few = [row for row in stated if bool(row["contaminated_by"]) == (marked != "clean")]
            (scored,) = [
                one
                for one in found["contaminated"]["rows"]
                if one["evaluation"] == reported["evaluation"]
            ]
            assert share(few) == pytest.approx(scored[of_release]["value"])
            assert len(few) == scored[of_release]["n"]
    by_stage = Counter(row["stage"] for row in rows if row["evaluation"] == "weak")
    assert by_stage == {"lone_letter": 12, UNREAD: 36}
    (stage,) = [
        one
        for one in found["stages"]["rows"]
        if one["evaluation"].startswith("=strong") and one["read"] == "read"
    ]
    strong = [row for row in rows if "strong" in row["evaluation"]]
    assert (stage["items"], stage["items_as_stated"], stage["right"]) == (
        len(strong),
        sum(row["order"] == "0" for row in strong),
        sum(row["right"] == "1" for row in strong),
    )
    assert {row["repeats"] for row in rows} == {""}
    assert {row["contaminated_by"] for row in rows} == {
        "",
        "first: same text and options",
        "first: near duplicate",
    }


def test_a_question_that_repeats_another_says_so(client):
    exam = benchmark("repeats", 4)
    first, *_, twin = exam.questions.order_by("pk")
    type(first).objects.filter(pk=twin.pk).update(text=first.text, options=first.options)
    evaluation(exam, "one", right_on(1))
    assert [row["repeats"] for row in answers(client, exam)].count("repeats-0") == 1


def share(rows):
    return sum(int(row["right"]) for row in rows) / len(rows)


def shown_under(row):
    return row["shown"].split()["ABCD".index(row["letter"])]


def test_the_head_says_which_benchmark_it_is(client, exam):
    content = json.loads(get(client, exam, "json"))
    head = get(client, exam, "csv").partition('"table"')[0]
    page = get(client, exam)
    for name, value in {
        "benchmark": "exam",
        "source": "house",
        "split": "test",
        "questions": "24",
        "options": "4 (24)",
        "hash": exam.evaluations.first().items_sha256,
        "repeats": "0",
        "left_out": "0 without options or key",
    }.items():
        assert content[name] == value
        assert value in page
        assert f"# {name.replace('_', ' ')}: {value}" in head
    assert content["estimand"] in page


def test_chosen_evaluations_alone_are_shown_and_another_benchmark_is_refused(client, exam):
    first, second, third = exam.evaluations.order_by("pk")
    chosen = {"evaluation": [first.pk, third.pk], "form": "json"}
    rows = tables_of(client.get(address(exam), chosen).content.decode())["accuracy"]["rows"]
    assert [row["evaluation"] for row in rows] == [first.name, third.name]
    with_one = {"baseline": second.pk, "form": "json"}
    pairs = tables_of(client.get(address(exam), with_one).content.decode())["pairs"]["rows"]
    assert {row["second"] for row in pairs} == {"weak"}
    other = evaluation(benchmark("other", 5), "of others", right_on(1))
    refused = client.get(address(exam), {"evaluation": [first.pk, other.pk]})
    assert refused.status_code == 422
    assert "were not asked the same questions" in refused.content.decode()
    assert client.get(address(exam), {"evaluation": ["x"]}).status_code == 422


def test_only_finished_evaluations_have_a_report(client, exam):
    one = evaluation(benchmark("alone", 4), "alone", right_on(1))
    place = reverse("review:evaluation_report", args=[one.items_sha256])
    assert client.get(place).status_code == 200
    Evaluation.objects.filter(pk=one.pk).update(state=Evaluation.State.PAUSED)
    assert client.get(place).status_code == 404


def test_what_stands_in_a_real_release_is_found():
    lead = actors.lead("maker")
    study = factories.study(actors.reviewer("ann"), opened_by=lead)
    policy = save_policy("all", rules=factories.UNGRADED, saved_by=lead)
    release = make_release("first", study=study, policy=policy, made_by=lead)
    other = "Which nerve supplies the deltoid muscle, and from which cord does it come?"
    late = loaded_later(factories.question(0, text=other), asked(2), source="house", name="late")
    evaluation(late, "one", right_on(0))
    client = actors.signed_in(lead)
    found = tables_of(get(client, late, "json"))
    (row,) = found["releases"]["rows"]
    assert (row["release"], row["exact"], row["id"], row["near"]) == (release.name, 1, 1, 0)
    page = Page(get(client, late)).tables["marked_questions"]
    assert {cells[0].strip() for cells in page[1:]} == {"q0", "b2"}
