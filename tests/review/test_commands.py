"""The review's commands: export a release to the byte, a batch without grades."""

import hashlib
import zipfile
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from pipeline.core.release_format import parse_line
from pipeline.models import Event, Trace
from review.evidence.policies import save_policy
from review.models import Release
from review.releases.lifecycle import withdraw_release
from tests import actors, factories
from tests.factories import make_release

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def release(lead) -> Release:
    study = factories.study(actors.reviewer("ann"), opened_by=lead)
    policy = save_policy("all", rules=factories.UNGRADED, saved_by=lead)
    return make_release("first", study=study, policy=policy, made_by=lead)


def run(*arguments: object) -> str:
    out = StringIO()
    call_command(*map(str, arguments), stdout=out)
    return out.getvalue()


def refused(*arguments: object) -> str:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    return str(caught.value)


def test_a_release_is_written_byte_for_byte(release, tmp_path):
    target = tmp_path / "first.jsonl"
    out = run("export_release", "first", "--output", target)
    assert hashlib.sha256(target.read_bytes()).hexdigest() == release.sha256
    assert f"{release.row_count} lines, sha256 {release.sha256}." in out


def test_a_bundle_is_written_as_a_folder_or_a_zip_and_verified(release, tmp_path):
    folder, archive = tmp_path / "bundle", tmp_path / "bundle.zip"
    run("export_release", "first", "--bundle", folder)
    run("export_release", "first", "--bundle", archive)
    lines = (folder / "data" / "traces" / "train.jsonl").read_bytes()
    assert hashlib.sha256(lines).hexdigest() == release.sha256
    with zipfile.ZipFile(archive) as bundle:
        assert bundle.read("first/data/traces/train.jsonl") == lines
    files = len(release.manifest["files"])
    assert (
        run("verify_release", "first")
        == f"first: {files} files as frozen, the 2 audit chains hold.\n"
    )
    assert "File exists" in refused("export_release", "first", "--bundle", folder)


@pytest.mark.usefixtures("unguarded")
def test_a_release_that_was_tampered_with_does_not_verify(release):
    release.lines.filter(position=1).delete()
    assert refused("verify_release", "first").startswith("Not as frozen: ")
    assert refused("verify_release", "none") == "There is no release named none."


@pytest.mark.usefixtures("unguarded")
def test_a_broken_audit_chain_is_no_proof(release):
    head = release.manifest["audits"][0]
    Event.objects.filter(chain__name=head["chain"], digest=head["head"]).update(digest="0" * 64)
    assert "no longer has the recorded head" in refused("verify_release", "first")


def test_an_unknown_or_withdrawn_release_is_one_sentence(release, lead, tmp_path):
    target = tmp_path / "out.jsonl"
    assert refused("export_release", "none", "--output", target) == (
        "There is no release named none."
    )
    withdraw_release(release, reason="Wrong policy.", by=lead)
    assert "was withdrawn: Wrong policy." in refused("export_release", "first", "--output", target)
    assert not target.exists()


def test_a_batch_is_written_with_what_the_filters_kept_or_all(tmp_path):
    batch = factories.made_batch(4)
    Trace.objects.filter(pk=batch.traces.first().pk).update(kept=False, rejections="leakage")
    kept, everything = tmp_path / "kept.jsonl", tmp_path / "all.jsonl"
    run("export_batch", batch.pk, "--output", kept)
    assert "4 traces of batch written." in run(
        "export_batch", batch.pk, "--output", everything, "--all"
    )
    lines = [parse_line(line) for line in everything.read_text().splitlines(keepends=True)]
    assert len(lines) == 4
    assert len(kept.read_text().splitlines()) == batch.traces.filter(kept=True).count()
    assert not any(line.grades or line.consensus for line in lines)


def test_an_unknown_batch_is_one_sentence(db, tmp_path):
    assert refused("export_batch", 7, "--output", tmp_path / "x") == "There is no batch 7."


def test_a_folder_that_is_not_there_is_one_sentence(release, tmp_path):
    target = tmp_path / "none" / "out.jsonl"
    sentence = f"Cannot write {target}: No such file or directory."
    assert refused("export_release", "first", "--output", target) == sentence
    batch = release.studies.get().batches.get()
    assert refused("export_batch", batch.pk, "--output", target) == sentence
