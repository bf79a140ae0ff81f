"""The review's commands: export a release to the byte, a batch without grades."""

import hashlib
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from pipeline.core.release_format import parse_line
from pipeline.models import Trace
from review.models import Release
from review.policies import save_policy
from review.releasing import make_release, withdraw_release
from tests import actors, factories

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
    batch = release.study.batches.get()
    assert refused("export_batch", batch.pk, "--output", target) == sentence
