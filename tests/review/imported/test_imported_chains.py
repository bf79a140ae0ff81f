"""Imported chains of thought are graded blind beside a model's, and released on their own terms."""

import json
from dataclasses import replace
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from pipeline.accounts.roles import Role
from pipeline.core.errors import Refusal
from pipeline.models import Batch
from review.evidence.policies import save_policy
from review.exports.jsonl import batch_lines
from review.models import Grade, Release, StudyReviewer
from review.pairwise.opening import PairPlan, open_pairwise
from review.queue.claim import next_slot
from review.releases.lifecycle import begin_release
from review.releases.making import make
from review.reports.registry import REPORTS
from review.studies.lifecycle import StudyPlan, open_study
from tests import actors, factories
from tests.factories import imported_batch
from tests.factories.endpoints import endpoint, reader
from tests.review.disagreeing import settle
from tests.review.submitting import grade_all

pytestmark = pytest.mark.django_db
TEXT_ALONE = replace(
    factories.UNGRADED, required_filters=("format", "leakage", "conclusion"), ungraded="take"
)
TELLING = ("import", "chen and others", "chains.jsonl", "no graph", "language model")


@pytest.fixture
def ours():
    batch = factories.made_batch(name="ours")
    asked = {"reasoner_endpoint": endpoint("made-by"), "reader_endpoint": reader("read-by")}
    Batch.objects.filter(pk=batch.pk).update(reasoner_kind="language_model", **asked)
    batch.refresh_from_db()
    return batch


@pytest.fixture
def theirs(ours):
    return imported_batch(ours.question_set)


def study_of(*batches, **changes):
    plan: dict[str, Any] = {"name": "both", "size": 20, "overlap": 1, "batches": batches}
    plan["reviewers"] = [actors.reviewer()]
    return open_study(StudyPlan(**(plan | changes)), opened_by=actors.lead())


def screen_of(client, study, reviewer, batch):
    """The grading screen over an item of the batch."""
    client.force_login(reviewer.user)
    while True:
        slot = next_slot(study, reviewer=reviewer)
        page = client.get(reverse("review:grade", args=[slot.item.code]))
        if slot.item.trace.batch_id == batch.pk:
            return slot, page
        client.post(
            reverse("review:decline", args=[slot.item.code]), {"fence": slot.fence, "reason": "x"}
        )


def test_a_study_has_both_kinds_and_counts_as_one_of_the_model(ours, theirs):
    study = study_of(ours, theirs)
    assert study.reasoner_kind == "language_model"
    assert {item.trace.batch_id for item in study.items.all()} == {ours.pk, theirs.pk}


def test_demonstration_traces_are_not_mixed_in(theirs):
    shown = factories.made_batch(name="shown", first=8)
    with pytest.raises(Refusal, match="cannot mix demonstration traces"):
        study_of(shown, theirs)


def test_the_screen_asks_for_no_path_and_says_nothing_of_an_import(client, ours, theirs):
    study = study_of(ours, theirs)
    reviewer = StudyReviewer.objects.get().reviewer
    slot, page = screen_of(client, study, reviewer, theirs)
    shown = page.content.decode()
    assert "This chain of thought cites no paths." in shown
    assert "kg-diagram" not in shown
    assert not [word for word in TELLING if word in shown.lower()]
    form = page.context["form"]
    assert not [name for name in form.fields if name.startswith("path_")]
    entry = {name: form[name].value() for name in ("fence", "key")}
    entry |= {"cot_precision": 4, "cot_coherence": 5, "decision": "accept"}
    entry |= {f"step_{step}": "correct" for step in form.layout.steps}
    client.post(reverse("review:grade", args=[slot.item.code]), entry)
    grade = Grade.objects.get()
    assert (grade.cot_precision, grade.path_grades.count()) == (4, 0)
    again = client.get(reverse("review:amend", args=[slot.item.code]))
    assert again.status_code == 200
    assert client.get(reverse("review:history", args=[study.pk])).status_code == 200


def test_every_page_and_report_of_a_lead_holds(client, ours, theirs):
    study = study_of(ours, theirs)
    client.force_login(study.created_by)
    trace = theirs.traces.first()
    pages = [
        reverse("pipeline:batches"),
        reverse("pipeline:batch", args=[theirs.pk]),
        reverse("pipeline:batch_terms", args=[theirs.pk]),
        reverse("pipeline:traces", args=[theirs.pk]),
        reverse("pipeline:trace", args=[trace.key]),
        reverse("review:study", args=[study.pk]),
        *(reverse("review:report", args=[study.pk, key]) for key in [one.key for one in REPORTS]),
    ]
    found = {page: client.get(page) for page in pages}
    assert {page: one.status_code for page, one in found.items()} == dict.fromkeys(pages, 200)
    batch_page = found[pages[1]].content.decode()
    assert "none: imported" in batch_page
    assert "Chen and others" in batch_page
    assert "Second reader" not in batch_page
    trace_page = found[pages[4]].content.decode()
    assert "none: imported" in trace_page
    assert "did not run" in trace_page


def test_lines_name_the_author_and_no_graph(theirs):
    line = json.loads(next(batch_lines(theirs, only_kept=True)))
    assert (line["graph"], line["paths"], line["reasoner_kind"]) == (None, [], "imported")
    made = line["provenance"]
    assert (made["reasoner"], made["made_at"]) == (None, "unknown")
    assert made["imported"]["author"] == "Chen and others"
    assert line["terms"]["output"] == "Apache-2.0"
    assert line["reasoning"].startswith("Step 1: The patient")


def released(batch, lead, rules, name):
    policy = save_policy(name, rules=rules, saved_by=lead)
    release = begin_release(name, batches=[batch], policy=policy, made_by=lead)
    make(release)
    release.refresh_from_db()
    return release


def test_they_are_released_by_what_ran_and_by_the_terms_of_their_text(theirs):
    lead = actors.lead()
    release = released(theirs, lead, TEXT_ALONE, "all")
    assert release.state == Release.State.FROZEN, release.failed_reason
    manifest = release.manifest
    assert manifest["batches"][0]["graph"] == "none"
    assert manifest["batches"][0]["reasoner"] == "imported: Chen and others"
    Batch.objects.filter(pk=theirs.pk).update(text_licence="", text_may_be_released=False)
    unstated = released(theirs, lead, TEXT_ALONE, "unstated")
    assert "licence of the imported text not stated" in unstated.failed_reason


def test_a_policy_that_needs_paths_says_that_its_filter_did_not_run(theirs):
    rules = replace(TEXT_ALONE, required_filters=("format", "grounding"))
    failed = released(theirs, actors.lead(), rules, "grounded")
    assert "filter not run: grounding (4)" in failed.failed_reason


def test_pairs_of_ours_and_theirs_are_compared_without_a_word_of_it(client, ours, theirs):
    reviewer = actors.reviewer()
    plan = PairPlan("pairs", batches=[ours, theirs], reviewers=[reviewer], overlap=1)
    study = open_pairwise(plan, opened_by=actors.lead())
    assert study.items.count() == 4
    client.force_login(reviewer.user)
    slot = next_slot(study, reviewer=reviewer)
    shown = client.get(reverse("review:pair", args=[slot.item.code])).content.decode()
    assert "The patient&#x27;s condition is considered." in shown
    assert not [word for word in TELLING if word in shown.lower()]


def test_grades_of_an_item_without_paths_are_settled_and_its_text_corrected(client, theirs):
    people = [actors.reviewer(name) for name in ("one", "two")]
    study = study_of(theirs, reviewers=people, overlap=2)
    for reviewer, precision in zip(people, (1, 5), strict=True):
        grade_all(study, reviewer, cot_precision=precision)
    adjudicator = actors.person("judge", Role.ADJUDICATOR)
    client.force_login(adjudicator)
    item = study.items.first()
    page = client.get(reverse("review:adjudication_item", args=[item.code])).content.decode()
    assert "This chain of thought cites no paths." in page
    assert "kg-diagram" not in page
    assert client.get(reverse("review:correct", args=[item.code])).status_code == 200
    settle(item, adjudicator)
    assert client.get(reverse("review:adjudication_item", args=[item.code])).status_code == 200


@pytest.mark.database_dialect
def test_a_batch_has_a_graph_unless_it_was_imported(ours, theirs):
    for batch, changes in (
        (ours, {"knowledge_graph": None}),
        (ours, {"imported_from": {}}),
        (theirs, {"imported_from": None}),
        (theirs, {"knowledge_graph": ours.knowledge_graph}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Batch.objects.filter(pk=batch.pk).update(**changes)


def test_the_archive_of_a_study_and_a_release_on_its_evidence_hold(theirs, tmp_path):
    reviewer = actors.reviewer("grader")
    study = study_of(theirs, reviewers=[reviewer])
    grade_all(study, reviewer)
    call_command("export_grades", study.name, tmp_path / "archive.zip")
    assert (tmp_path / "archive.zip").stat().st_size
    policy = save_policy("text", rules=TEXT_ALONE, saved_by=study.created_by)
    release = begin_release(
        "graded", batches=[theirs], studies=[study], policy=policy, made_by=study.created_by
    )
    make(release)
    release.refresh_from_db()
    assert release.state == Release.State.FROZEN, release.failed_reason
    assert release.row_count == 4
