"""Nothing of a placebo leaves the house, and no grade of one moves any figure."""

import json
import shutil
from pathlib import Path

import pytest
from django.core.management import call_command
from django.urls import reverse
from pyarrow import parquet

from pipeline.models import Batch, Trace
from review.evidence.policies import save_policy
from review.models import Item, Study
from review.releases.bundle import write_checked
from review.reports.as_json import report_json
from review.reports.facts import read_facts
from review.reports.registry import REPORTS, build_report
from tests import actors, factories
from tests.factories import make_release
from tests.factories.endpoints import endpoint, reader
from tests.review.disagreeing import grade_row
from tests.review.placebo_study import only_in_placebos, placebos_of, study_with_placebos

pytestmark = pytest.mark.django_db
# About raters' work and what was spent, whatever it was spent on.
ABOUT_WORK = {"workload", "funnel"}


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def people():
    return [actors.reviewer(name) for name in ("ann", "ben")]


@pytest.fixture
def study(lead, people) -> Study:
    """A model's study whose sampled items were graded by both."""
    study = study_with_placebos(*people, opened_by=lead, overlap=2, size=6)
    asked = {"reasoner_endpoint": endpoint(), "reader_endpoint": reader()}
    Batch.objects.update(reasoner_kind="language_model", **asked)
    Study.objects.update(reasoner_kind="language_model")
    Trace.objects.exclude(arm=Trace.Arm.KEY).filter(state="made").update(kept=True)
    study.refresh_from_db()
    sampled = study.items.filter(kind=Item.Kind.SAMPLED).order_by("pk")
    for number, item in enumerate(sampled):
        for person in people:
            decision = "reject" if number == 0 else "accept"
            grade_row(item, person, decision=decision)
    return study


def grade_placebos(study: Study, people) -> None:
    """As differently as can be: accepted, rejected, flagged, disputed."""
    ann, ben = people
    for item in placebos_of(study):
        grade_row(item, ann, decision="accept", cot_precision=5, cot_coherence=5)
        grade_row(
            item,
            ben,
            decision="reject",
            cot_precision=1,
            cot_coherence=1,
            safety_flag="severe",
            answer_key_disputed=True,
        )


def figures(study: Study) -> dict[str, str]:
    """Every table of the reports on quality, agreement and filters, but the one on placebos."""
    facts = read_facts(study)
    return {
        f"{entry.key} {table.key}": repr(table.rows)
        for entry in REPORTS
        if entry.key not in ABOUT_WORK
        for table in build_report(facts, entry.key).tables
        if table.key not in ("placebo", "grras")
    }


def files_below(folder: Path) -> str:
    """The text of every file, Parquet as its rows."""
    return "\n".join(
        repr(parquet.read_table(path).to_pylist())
        if path.suffix == ".parquet"
        else path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    )


def release_of(study: Study, lead, name: str):
    rules = factories.UNGRADED
    policy = save_policy(f"policy of {name}", rules=rules, saved_by=lead)
    return make_release(name, study=study, policy=policy, made_by=lead)


def test_no_grade_of_a_placebo_moves_a_figure(study, people, lead):
    tried = reverse("review:policy_try", args=[study.pk])
    client = actors.signed_in(lead)
    before, trial = figures(study), repr(client.get(tried).context["tables"])
    first = release_of(study, lead, "first")
    grade_placebos(study, people)
    assert figures(study) == before
    assert repr(client.get(tried).context["tables"]) == trial
    second = release_of(study, lead, "second")
    assert second.manifest["figures"] == first.manifest["figures"]
    assert (second.row_count, second.sha256) == (first.row_count, first.sha256)
    assert second.manifest["left_out"] == first.manifest["left_out"]


def test_only_the_archive_names_a_placebo_as_what_it_is_and_holds_none_of_its_words(
    study, people, lead, tmp_path
):
    grade_placebos(study, people)
    release = release_of(study, lead, "first")
    write_checked(release, tmp_path)
    batch = study.batches.get()
    call_command("export_batch", batch.pk, "--all", output=tmp_path / "batch.jsonl")
    facts = read_facts(study)
    reports = "".join(report_json(build_report(facts, entry.key), {}) for entry in REPORTS)
    archive = files_below(tmp_path / "archive")
    shutil.rmtree(tmp_path / "archive")
    everything = files_below(tmp_path) + reports + json.dumps(release.manifest)
    secrets = only_in_placebos(batch)
    assert len(secrets) > 12
    assert [text for text in secrets if text in everything] == []
    keys = {str(item.trace.key) for item in placebos_of(study)}
    assert {text for text in secrets if text in archive} == keys
    assert all(str(item.trace.key) in everything for item in release_items(release))


def release_items(release):
    return [line.item for line in release.lines.select_related("item__trace")]
