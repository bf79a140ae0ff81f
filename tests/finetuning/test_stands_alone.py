"""The folder runs where it is copied to, with nothing else of the project beside it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from review.exports.bundle import write_bundle
from review.exports.tables import BUNDLE_VERSION
from tests.factories.release import facts, frozen


@pytest.fixture
def copied(root: Path, tmp_path: Path) -> Path:
    """The folder with a copy of the package in it, and a release of demonstration rules."""
    shutil.copytree(
        root / "pipeline/finetuning",
        tmp_path / "finetuning",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    (tmp_path / "release").mkdir()
    says = facts(bundle_version=BUNDLE_VERSION, reasoner_kind="demonstration")
    write_bundle(tmp_path / "release", lines=[frozen()], alternatives=[], facts=says)
    return tmp_path


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_it_imports_nothing_of_the_project_and_nothing_heavy_before_it_trains(copied):
    told = run(copied, "-c", "import sys, finetuning.__main__; print(*sys.modules)")
    assert told.returncode == 0, told.stderr
    loaded = {name.partition(".")[0] for name in told.stdout.split()}
    assert not loaded & {"pipeline", "review", "django", "torch", "transformers", "numpy"}


def test_a_refusal_is_one_sentence(copied):
    asked = ("--release", "release", "--base", "nowhere", "--out", "out")
    told = run(copied, "-m", "finetuning", *asked)
    assert told.returncode == 1
    assert told.stderr.strip() == (
        "first was written by demonstration rules: it is no training data."
        if _has_packages()
        else "Fine-tuning needs the packages of the extra `train`: run `make setup-train`, or "
        "install requirements/train.txt where this runs."
    )
    assert not (copied / "out").exists()


def _has_packages() -> bool:
    from tests.requires import no_train

    return no_train() is None


@pytest.mark.requires("train")
def test_accelerate_reads_the_configuration_for_eight_gpus(root):
    from accelerate.commands.config.config_args import load_config_from_file

    config = load_config_from_file(str(root / "pipeline/finetuning/zero3.yaml"))
    assert config.num_processes == 8
    assert config.mixed_precision == "bf16"
    assert config.deepspeed_config["zero_stage"] == 3
    assert config.distributed_type == "DEEPSPEED"
