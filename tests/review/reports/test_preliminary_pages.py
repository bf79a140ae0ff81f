"""Pages while graded items wait: the same words everywhere, gone once nothing does."""

import json

import pytest
from django.urls import reverse

from review.evidence.items import sampled_evidence
from review.exports.figures import StudyTally, figures_of
from review.models import Adjudication
from review.reports.facts import read_facts
from review.studies.progress import discordant_items
from tests import actors, factories
from tests.review.submitting import grade_all

pytestmark = pytest.mark.django_db
WORDS = "Preliminary: 4 of 4 graded items await adjudication."


@pytest.fixture
def world():
    lead, ann, ben = actors.lead(), actors.reviewer("ann"), actors.reviewer("ben")
    study = factories.study(ann, ben, opened_by=lead, size=4, overlap=2)
    grade_all(study, ann)
    grade_all(study, ben, cot_precision=1)
    return lead, study


def addresses(study) -> dict[str, str]:
    reports = {key: reverse("review:report", args=[study.pk, key]) for key in REPORTS}
    return reports | {
        "overview": reverse("review:reports", args=[study.pk]),
        "study": reverse("review:study", args=[study.pk]),
        "policy": reverse("review:policy_try", args=[study.pk]),
        "csv": reverse("review:report_file", args=[study.pk, "quality", "csv"]),
        "json": reverse("review:report_file", args=[study.pk, "quality", "json"]),
    }


REPORTS = {"quality": True, "filters": True, "funnel": True, "agreement": False, "workload": False}


def test_every_page_with_an_estimate_of_quality_says_it(world):
    lead, study = world
    client = actors.signed_in(lead)
    for name, address in addresses(study).items():
        text = client.get(address).content.decode()
        assert (WORDS in text) == REPORTS.get(name, True), name
    content = json.loads(client.get(addresses(study)["json"]).content)
    assert content["preliminary"]["awaiting_adjudication"] == 4


def test_the_board_that_the_page_asks_for_again_says_it_too(world):
    lead, study = world
    address = addresses(study)["study"]
    fragment = actors.signed_in(lead).get(address, headers={"HX-Request": "true"})
    assert WORDS in fragment.content.decode()


def test_a_releases_figures_say_it_in_their_notes(world):
    tally = StudyTally(world[1])
    for evidence in sampled_evidence(world[1]):
        tally.add(evidence)
    figures = {figure["title"]: figure["note"] for figure in figures_of(tally)}
    assert figures["Share acceptable of all traces made"].startswith(WORDS.rstrip("."))
    agreement = [note for title, note in figures.items() if "Krippendorff" in title]
    assert agreement
    assert not any("reliminary" in note for note in agreement)


def test_once_everything_is_settled_no_page_does(world):
    lead, study = world
    for item in discordant_items(study):
        settled = Adjudication.objects.create(
            item=item, adjudicator=lead, precision=4, coherence=4, decision="accept", rationale="."
        )
        settled.grades.set(item.grades.all())
    client = actors.signed_in(lead)
    # Settled past the audit chain, which the facts' cache goes by.
    read_facts.__globals__["_read_at"].cache_clear()
    for name, address in addresses(study).items():
        assert "Preliminary" not in client.get(address).content.decode(), name
