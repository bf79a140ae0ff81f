"""A lead's screens of pairwise studies: opening, board, extending, refusals, reports."""

import json
from typing import Any

import pytest
from django.urls import reverse

from pipeline.accounts.roles import Role
from pipeline.core.errors import Refusal
from review.evidence.policies import save_policy
from review.exports.archive.build import archive_files
from review.forms.releases import ReleaseForm
from review.models import Slot, Study
from review.queue.claim import next_slot
from review.releases.lifecycle import begin_release
from tests import actors, factories
from tests.review.pairwise.pairing import batches_on_the_same, judge, pairwise_study

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def study(module_db) -> Study:
    people = [actors.reviewer("ann"), actors.reviewer("bob")]
    return pairwise_study(*people, opened_by=actors.lead(), questions=4)


@pytest.fixture
def ann(study):
    return study.reviewers.get(user__username="ann")


@pytest.fixture
def slot(study, ann) -> Slot:
    return next_slot(study, reviewer=ann)


def text_of(response) -> str:
    return str(response.content.decode())


def opening(**changes) -> dict[str, Any]:
    batches = batches_on_the_same(3, name="new")
    fields = {
        "name": "opened here",
        "batches": [batch.pk for batch in batches],
        "overlap": 1,
        "include_discarded": "on",
    }
    return fields | changes


def test_a_lead_previews_and_opens_a_pairwise_study(study, ann):
    lead = actors.signed_in(study.created_by)
    url = reverse("review:pairwise_new")
    assert url in text_of(lead.get(reverse("review:study_new")))
    form = opening(reviewers=[ann.pk], size=2)
    page = text_of(lead.post(url, form | {"preview": "1"}))
    assert "Judgements" in page
    assert Study.objects.count() == 1
    answer = lead.post(url, form)
    opened = Study.objects.get(name="opened here")
    assert answer.headers["Location"] == reverse("review:study", args=[opened.pk])
    assert opened.items.count() == 2
    again = lead.post(url, form)
    assert again.status_code == 422
    assert "A study with this name exists." in text_of(again)


def test_one_batch_is_refused_at_its_field(study, ann):
    lead = actors.signed_in(study.created_by)
    form = opening(reviewers=[ann.pk])
    answer = lead.post(reverse("review:pairwise_new"), form | {"batches": form["batches"][:1]})
    assert answer.status_code == 422
    assert "Choose two batches or more" in text_of(answer)


def test_the_board_counts_pairs_and_judgements(study, slot):
    judge(slot, slot.reviewer)
    lead = actors.signed_in(study.created_by)
    page = text_of(lead.get(reverse("review:study", args=[study.pk])))
    assert "1 of 4 judgements" in page
    assert "Pairs" in page
    for gone in ("Try a policy", "Make a release"):
        assert gone not in page
    assert "pairwise" in text_of(lead.get(reverse("review:studies")))
    extend = text_of(lead.get(reverse("review:study_extend", args=[study.pk])))
    assert "Draw more items" not in extend


def test_a_pairwise_study_can_be_extended(study, slot):
    lead = actors.signed_in(study.created_by)
    url = reverse("review:study_extend", args=[study.pk])
    assert lead.post(url, {"overlap": 2}).status_code == 302
    assert Slot.objects.filter(item__study=study).count() == 8
    form = {"draw-items": 1, "draw-where": "random", "draw-after": 1}
    answer = lead.post(reverse("review:study_draw", args=[study.pk]), form)
    assert answer.status_code == 422
    assert "no single grades" in text_of(answer)


def test_what_needs_grades_is_refused_with_the_reason(study, slot):
    judge(slot, slot.reviewer)
    lead = actors.signed_in(study.created_by)
    answer = lead.get(reverse("review:policy_try", args=[study.pk]), follow=True)
    assert "A pairwise study has no single grades." in text_of(answer)
    archive = reverse("review:study_archive", args=[study.pk])
    assert lead.get(archive).status_code != 200
    assert archive not in text_of(lead.get(reverse("review:study", args=[study.pk])))
    with pytest.raises(Refusal, match="has no grades"):
        archive_files(study)
    policy = save_policy("policy", rules=factories.UNGRADED, saved_by=study.created_by)
    with pytest.raises(Refusal, match="compared, not graded"):
        begin_release("no", policy=policy, made_by=study.created_by, studies=[study])
    single = factories.study(slot.reviewer, opened_by=study.created_by, name="single", size=1)
    offered: Any = ReleaseForm().fields["studies"]
    assert list(offered.queryset) == [single]
    for key in ("agreement", "quality", "workload"):
        assert lead.get(reverse("review:report", args=[study.pk, key])).status_code == 404
    adjudicator = actors.signed_in(actors.person("judge", Role.ADJUDICATOR))
    assert study.name not in text_of(adjudicator.get(reverse("review:adjudication")))
    page = reverse("review:adjudication_study", args=[study.pk])
    assert adjudicator.get(page).status_code == 404


def test_reports_are_for_leads_and_auditors(study, slot, ann):
    judge(slot, slot.reviewer)
    urls = [
        reverse("review:reports", args=[study.pk]),
        reverse("review:report", args=[study.pk, "pairwise"]),
        reverse("review:report_file", args=[study.pk, "pairwise", "json"]),
        reverse("review:report_file", args=[study.pk, "pairwise", "csv"]),
        reverse("review:report_table", args=[study.pk, "pairwise", "counts"]),
        reverse("review:report_plot", args=[study.pk, "pairwise", "chances", "svg"]),
    ]
    for role, expected in ((Role.LEAD, 200), (Role.AUDITOR, 200), (Role.ADJUDICATOR, 404)):
        reader = actors.signed_in(actors.person(f"a {role}", role))
        assert [reader.get(url).status_code for url in urls] == [expected] * len(urls), role
    assert {actors.signed_in(ann.user).get(url).status_code for url in urls} == {403}
    board = reverse("review:study", args=[study.pk])
    adjudicator = actors.signed_in(actors.person("another", Role.ADJUDICATOR))
    assert urls[0] not in text_of(adjudicator.get(board))
    told = json.loads(actors.signed_in(study.created_by).get(urls[2]).content)
    assert told["report"] == "pairwise"
