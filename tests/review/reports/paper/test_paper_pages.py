"""Methods and results as a page, as files and by command: the same text, for who reads reports."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from review.models import Study
from tests import actors, factories
from tests.review.submitting import grade_all

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def made(module_db):
    people = [actors.reviewer(name) for name in ("ann", "ben", "cat")]
    study = factories.study(*people, opened_by=actors.lead(), size=4, overlap=3, name="for paper")
    for person, precision in zip(people, (5, 4, 2), strict=True):
        grade_all(study, person, cot_precision=precision)
    return study


@pytest.fixture
def study(made):
    return Study.objects.get(pk=made.pk)


@pytest.fixture
def client():
    return actors.signed_in(actors.lead("reader"))


def file(client, study, form):
    return client.get(reverse("review:paper_file", args=[study.pk, form])).content.decode()


def test_page_and_files_are_linked_and_say_what_waits(client, study):
    overview = client.get(reverse("review:reports", args=[study.pk])).content.decode()
    address = reverse("review:paper", args=[study.pk])
    assert address in overview
    page = client.get(address).content.decode()
    for form in ("md", "tex", "json"):
        assert reverse("review:paper_file", args=[study.pk, form]) in page
        assert "graded items await adjudication" in file(client, study, form)
    assert file(client, study, "tex").startswith("% Preliminary: ")
    assert file(client, study, "md").startswith("<!-- Preliminary: ")
    assert json.loads(file(client, study, "json"))["preliminary"]["awaiting_adjudication"] == 4
    assert "graded items await adjudication" in page
    assert "by a rule-based demonstration, not by a language model" in page


def test_the_command_writes_what_the_page_offers(client, study, tmp_path):
    target = tmp_path / "paper.tex"
    call_command("export_paper", study.name, target)
    assert target.read_text("utf-8") == file(client, study, "tex")
    with pytest.raises(CommandError, match="Cannot write"):
        call_command("export_paper", study.name, target)
    with pytest.raises(CommandError, match="does not end in"):
        call_command("export_paper", study.name, tmp_path / "paper.doc")


def test_every_paragraph_has_its_item_and_every_figure_its_value(client, study):
    content = json.loads(file(client, study, "json"))
    assert all(one["item"] and one["text"] for one in content["paragraphs"])
    assert all(isinstance(one["value"], (int, float)) for one in content["figures"])


def test_a_rater_who_may_still_grade_reads_no_paper(study):
    """As with the other reports: an adjudicator in the study would see others' grades."""
    rater = study.reviewers.first().user
    client = actors.signed_in(rater)
    assert client.get(reverse("review:paper", args=[study.pk])).status_code in (403, 404)
