"""A release is trained on as it was frozen, and only while it stands."""

import pytest
from django.core.management import CommandError, call_command

from review.evidence.policies import Rules, save_policy
from review.models import Release
from review.releases.lifecycle import begin_release, withdraw_release
from review.releases.zip_file import whole_zip
from tests import actors, factories
from tests.factories import make_release
from tests.review.disagreeing import grade_row
from tests.review.modelled import model_study
from tests.review.releases.whole_batches import release_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def release(lead) -> Release:
    ann = actors.reviewer("ann")
    study = model_study(ann, opened_by=lead, size=2)
    for item in study.items.all():
        grade_row(item, ann)
    policy = save_policy("fair", rules=Rules(), saved_by=lead)
    return make_release("first", study=study, policy=policy, made_by=lead)


def finetune(tmp_path, *options: str) -> None:
    base, out = str(tmp_path / "tiny.gguf"), str(tmp_path / "out")
    call_command("finetune", "--release", "first", "--base", base, "--out", out, *options)


@pytest.mark.requires("train")
@pytest.mark.parametrize("packed", [True, False], ids=["its ZIP", "built anew"])
def test_its_rows_are_read_and_counted(release, tmp_path, capsys, packed):
    from tests.peers.tiny_model import write_tiny_model

    write_tiny_model(tmp_path / "tiny.gguf")
    if not packed:
        whole_zip(release).unlink()
    finetune(tmp_path, "--count-only")
    rows = release.manifest["files"]["data/sft/train.jsonl"]["rows"]
    assert f"train: {rows} rows" in capsys.readouterr().out


def test_a_withdrawn_release_is_refused_with_the_reason(release, lead, tmp_path):
    withdraw_release(release, reason="The graph was wrong.", by=lead)
    with pytest.raises(CommandError, match="withdrawn, and nothing is trained on it: The graph"):
        finetune(tmp_path)


def test_a_release_of_the_demonstration_is_refused(lead, tmp_path):
    release_of(factories.made_batch(2), made_by=lead, name="first")
    with pytest.raises(CommandError, match="demonstration rules: it trains no model"):
        finetune(tmp_path)


def test_a_release_that_is_not_there_or_not_frozen_is_refused(lead, tmp_path):
    with pytest.raises(CommandError, match="no release named first"):
        finetune(tmp_path)
    policy = save_policy("fair", rules=Rules(), saved_by=lead)
    begin_release("first", batches=[factories.made_batch(2)], policy=policy, made_by=lead)
    with pytest.raises(CommandError, match="not frozen: it is making"):
        finetune(tmp_path)


@pytest.mark.requires("train")
def test_settings_that_make_no_sense_are_refused_before_anything_is_read(release, tmp_path):
    with pytest.raises(CommandError, match="learning_rate must be greater than 0"):
        finetune(tmp_path, "--learning-rate", "-1")
    with pytest.raises(CommandError, match="there is none where all weights train"):
        finetune(tmp_path, "--full", "--merge")
