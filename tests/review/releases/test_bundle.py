"""Bundles of real releases: rebuilt from what was frozen, to the byte, or not handed out."""

import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from pyarrow import parquet

from pipeline import store
from pipeline.accounts.roles import Role
from pipeline.core.errors import Refusal
from pipeline.core.release_format import as_format
from pipeline.models import Event, Question, QuestionSet
from pipeline.sources.terms import StatedTerms, set_terms
from review.evidence.policies import Rules, save_policy
from review.exports import bundle
from review.grading.submission import step_numbers
from review.models import Grade, Release, ReleasedTrace
from review.releases import bundle as bundling
from review.releases.bundle import pack_checked, write_checked
from review.releases.other_files import folder_names
from review.releases.selection.choices import CannotRelease
from tests import actors
from tests.factories import make_release
from tests.review.disagreeing import grade_row, settle
from tests.review.modelled import model_study

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]
REJECTION: dict[str, Any] = {"decision": "reject", "cot_precision": 1}


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def study(lead):
    ann = actors.reviewer("ann")
    study = model_study(ann, opened_by=lead, size=3, samples=2)
    for item in study.items.order_by("pk"):
        changes: dict[str, Any] = (
            {"decision": "reject", "cot_precision": 1} if item.trace.sample_index else {}
        )
        grade_row(item, ann, labels=_labels(item, "incorrect" if changes else "correct"), **changes)
    return study


def _labels(item, first: str) -> list[str]:
    steps = step_numbers(store.trace_record(item.trace))
    return [first, *("correct" for _ in steps[1:])]


@pytest.fixture
def release(study, lead) -> Release:
    policy = save_policy("fair", rules=Rules(), saved_by=lead)
    return make_release("first", study=study, policy=policy, made_by=lead)


def packed(release: Release) -> bytes:
    archive = io.BytesIO()
    pack_checked(release, archive)
    return archive.getvalue()


def rows(folder, table: str) -> list[dict]:
    return [json.loads(line) for line in (folder / f"data/{table}/train.jsonl").open()]


def test_samples_of_a_question_make_pairs_and_every_judged_trace_labels(release, tmp_path):
    write_checked(release, tmp_path)
    pairs = rows(tmp_path, "preference")
    judged = {str(line.item.trace.key): line for line in ReleasedTrace.objects.all()}
    assert len(pairs) == 2
    for pair in pairs:
        chosen, rejected = judged[pair["chosen_trace"]], judged[pair["rejected_trace"]]
        assert chosen.item.trace.question == rejected.item.trace.question
        assert not chosen.left_out
        assert rejected.left_out == "not accepted"
    stepwise = {row["trace_id"]: row["labels"] for row in rows(tmp_path, "stepwise")}
    assert stepwise.keys() == judged.keys()
    assert {labels[0] for labels in stepwise.values()} == {True, False}
    assert release.manifest["judged_not_taken"] == len(judged) - release.row_count > 2


@pytest.mark.usefixtures("unguarded")
def test_nothing_that_happens_later_changes_a_byte(release, study, lead, tmp_path):
    before = packed(release)
    Grade.objects.update(cot_precision=2, decision="reject", safety_flag="mild")
    settle(study.items.first(), actors.person("judge", Role.ADJUDICATOR))
    study.batches.update(name="renamed")
    Event.objects.record("later", study, by=lead, chain=study.event_chain)
    assert packed(release) == before


def test_terms_that_change_later_leave_a_release_as_it_is_and_keep_the_next_from_it(
    release, study, lead
):
    before = packed(release)
    with zipfile.ZipFile(io.BytesIO(before)) as files:
        told = json.loads(files.read(f"{release.name}/provenance.json"))
    assert told["batches"][0]["graph"]["licence"] == "CC0-1.0"
    graph = study.batches.first().knowledge_graph
    shown = StatedTerms.of(graph)
    set_terms(graph, terms=StatedTerms("CC-BY-ND-4.0", False), shown=shown, reason="R.", by=lead)
    assert packed(release) == before
    with pytest.raises(CannotRelease, match="licence of the graph permits no adapted form"):
        make_release("next", study=study, policy=release.policy, made_by=lead)


def test_better_wording_of_the_card_changes_no_old_release(release, tmp_path, monkeypatch):
    monkeypatch.setattr(bundle, "describing_texts", lambda *_: {"README.md": "Better."})
    write_checked(release, tmp_path)
    assert (tmp_path / "README.md").read_text() == release.texts["README.md"]


def test_the_zip_holds_every_file_of_the_manifest_and_the_manifest(release):
    with zipfile.ZipFile(io.BytesIO(packed(release))) as files:
        entries = {name: files.read(name) for name in files.namelist()}
        assert {one.date_time for one in files.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    told = json.loads(entries.pop("first/manifest.json"))
    assert told == release.manifest
    assert {name.removeprefix("first/") for name in entries} == told["files"].keys()
    for name, content in entries.items():
        recorded = told["files"][name.removeprefix("first/")]
        assert hashlib.sha256(content).hexdigest() == recorded["sha256"]


def test_the_head_of_the_audit_chain_stands_in_the_manifest(release, study):
    head = release.manifest["audits"][0]
    assert head["chain"] == study.event_chain
    assert Event.objects.filter(chain__name=head["chain"], digest=head["head"]).exists()


@pytest.mark.usefixtures("unguarded")
def test_lines_changed_in_the_database_are_never_handed_out(release, tmp_path):
    line = release.lines.first()
    changed = line.line.replace('"preset":"', '"preset":"x', 1)
    ReleasedTrace.objects.filter(pk=line.pk).update(line=changed)
    with pytest.raises(Refusal, match=r"data/traces/train\.jsonl"):
        write_checked(release, tmp_path)
    assert not list(tmp_path.iterdir())


def test_another_version_of_a_library_is_named(release, tmp_path, monkeypatch):
    frozen = release.manifest["built_with"]["pyarrow"]
    release.manifest["files"]["data/traces/train.parquet"]["sha256"] = "0" * 64
    monkeypatch.setattr(bundling, "built_with", lambda: {"pyarrow": "99"})
    with pytest.raises(Refusal, match=f"pyarrow {frozen} then, 99 now"):
        write_checked(release, tmp_path)


@pytest.mark.usefixtures("unguarded")
def test_a_release_frozen_in_an_earlier_version_is_rebuilt_as_it_was(release, tmp_path):
    """Its lines are of format 2, and its tables lack what came later."""
    for row in release.lines.all():
        ReleasedTrace.objects.filter(pk=row.pk).update(line=as_format(2, row.line))
    facts = {key: value for key, value in release.manifest.items() if key not in bundling.FILES}
    facts["bundle_version"] = 1
    frozen = bundling._rebuild(release, _folder(tmp_path / "then"), facts)
    release.manifest = frozen.manifest(facts)
    write_checked(release, _folder(tmp_path / "now"))
    rated = tmp_path / "now/data/rated.parquet"
    assert "rivals" not in parquet.read_schema(rated).names
    assert '"format_version":2' in (tmp_path / "now/data/rated.jsonl").read_text()


def _folder(path):
    path.mkdir()
    return path


def test_a_release_from_before_bundles_has_its_lines_only(release, tmp_path):
    del release.manifest["bundle_version"]
    with pytest.raises(Refusal, match="only its lines"):
        write_checked(release, tmp_path)


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize(
    "flaw", [{"safety_flag": "mild"}, {"answer_key_disputed": True}], ids=["harm", "key"]
)
def test_what_is_flagged_or_disputed_is_not_learned_from_either(study, lead, flaw):
    rejected = Grade.objects.filter(decision="reject").first()
    Grade.objects.filter(pk=rejected.pk).update(**flaw)
    policy = save_policy("fair", rules=Rules(), saved_by=lead)
    made = make_release("first", study=study, policy=policy, made_by=lead)
    assert not made.lines.filter(item=rejected.item).exists()
    assert made.manifest["judged_not_taken"] == made.lines.count() - made.row_count > 1


def test_what_has_no_licence_is_not_learned_from_either(study, lead):
    closed = QuestionSet.objects.create(name="closed", source="house", licence="unknown")
    Question.objects.filter(id_in_source="q0").update(question_set=closed)
    policy = save_policy("fair", rules=Rules(), saved_by=lead)
    made = make_release("first", study=study, policy=policy, made_by=lead)
    assert not made.lines.filter(item__trace__question__question_set=closed).exists()
    assert made.manifest["left_out"]["licence of the questions not stated"] == 1


def test_the_figures_are_counts_and_shares_of_the_batch(release):
    figures = {one["title"]: one for one in release.manifest["figures"]}
    assert figures["Traces in this release"]["value"] == release.row_count == 2
    assert figures["Grades given in the study"]["value"] == 6
    share = figures["Share acceptable of all traces made"]
    assert (share["value"], share["n"]) == (0.5, 6)
    assert "this panel" in share["note"]


@pytest.mark.parametrize(
    ("names", "folders"),
    [
        (["a-3", "a", "a!"], ["a-3", "a", "a-2"]),
        (["a-2", "a", "a!"], ["a-2", "a", "a-3"]),
        (["Pilot", "pilot"], ["Pilot", "pilot-2"]),
        (["../..", "/"], ["study", "study-2"]),
    ],
)
def test_every_study_has_a_folder_of_its_own_in_the_archive(names, folders):
    assert folder_names(names) == folders
