"""A release leaves as a folder that trains by itself, but none that may not be trained on."""

import json
import os
import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.urls import reverse

from pipeline.accounts.roles import Role
from review.evidence.policies import Rules, save_policy
from review.models import Release
from review.releases.lifecycle import withdraw_release
from tests import actors, factories
from tests.factories import make_release
from tests.finetuning.chat_templates import TEMPLATES, TURNS, word_tokenizer
from tests.review.disagreeing import grade_row
from tests.review.modelled import model_study

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


def exported(out: Path, *options: str) -> Path:
    call_command("export_finetuning", "--release", "first", "--out", str(out), *options)
    return out


def address(of: str = "release") -> str:
    return reverse(f"review:{of}", args=["first"])


def refused(out: Path) -> str:
    with pytest.raises(CommandError) as caught:
        exported(out)
    assert not out.exists()
    return str(caught.value)


def test_the_folder_holds_rows_trainer_and_configurations(release, tmp_path):
    folder = exported(tmp_path / "out", "--base", "org/base")
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    rows = {f"release/data/{table}/train.jsonl" for table in ("chat", "sft")}
    assert rows | {"release/manifest.json", "finetuning/counting.py"} <= files
    assert not any("grades" in name or "archive" in name for name in files)
    assert json.loads((folder / "release/manifest.json").read_text()) == release.manifest
    found = yaml.safe_load((folder / "axolotl.yaml").read_text())
    assert found["base_model"] == "org/base"
    assert (folder / found["datasets"][0]["path"]).is_file()
    info = json.loads((folder / "dataset_info.json").read_text())
    assert (folder / info["medreason"]["file_name"]).is_file()
    _readme_is_whole((folder / "README.md").read_text(), release)
    _requirements_are_pinned((folder / "requirements.txt").read_text())
    with pytest.raises(CommandError, match="File exists"):
        exported(folder)


def _readme_is_whole(text: str, release: Release) -> None:
    assert "-m finetuning --release release --base org/base --preset paper --out out" in text
    assert release.sha256 in text
    assert "| `ms_swift.yaml` |" in text
    assert all(licence in text for licence in release.manifest["rows_by_licence"])
    assert "{" not in text


def _requirements_are_pinned(text: str) -> None:
    lines = text.split()
    packages = {"torch", "transformers", "trl", "peft", "accelerate", "datasets", "gguf"}
    assert {line.split("==")[0] for line in lines} == packages
    assert all("==" in line for line in lines)


def test_a_withdrawn_release_trains_nothing(client, release, lead, tmp_path):
    withdraw_release(release, reason="Wrong policy.", by=lead)
    assert "was withdrawn" in refused(tmp_path / "out")
    client.force_login(lead)
    assert "manage.py finetune" not in client.get(address()).content.decode()
    assert client.get(address("release_configurations")).status_code == 404


def test_a_release_of_the_demonstration_trains_nothing(client, lead, tmp_path):
    study = factories.study(actors.reviewer("bea"), opened_by=lead)
    policy = save_policy("all", rules=factories.UNGRADED, saved_by=lead)
    make_release("first", study=study, policy=policy, made_by=lead)
    assert "demonstration" in refused(tmp_path / "out")
    client.force_login(lead)
    page = client.get(address("release_configurations"), follow=True).content.decode()
    assert "first has no rows to train on: refused: demonstration rules" in page
    assert "manage.py finetune" not in page


def test_the_page_names_the_commands_and_hands_out_the_configurations(client, lead, release):
    client.force_login(lead)
    page = client.get(address()).content.decode()
    assert "manage.py finetune --release first" in page
    assert "manage.py export_finetuning --release first" in page
    assert address("release_configurations") in page
    with zipfile.ZipFile(BytesIO(client.get(address("release_configurations")).content)) as archive:
        found = yaml.safe_load(archive.read("axolotl.yaml"))
    assert found["datasets"][0]["path"] == "first/data/chat/train.jsonl"  # as the ZIP unpacks
    # As of all its files, whoever may still grade in its study gets none.
    both = actors.person("both", Role.LEAD, Role.REVIEWER)
    release.studies.get().reviewers.add(both.reviewer)
    assert actors.signed_in(both).get(address("release_configurations")).status_code == 404


# Django is here where the tests run, and would not be there: no import may reach it.
WITHOUT_DJANGO = (
    "import sys, runpy\n"
    "class Blocked:\n"
    "    def find_spec(self, name, path=None, target=None):\n"
    "        if name.split('.')[0] in ('django', 'pipeline', 'review', 'pydantic'):\n"
    "            raise ImportError(f'{name} is not here')\n"
    "sys.meta_path.insert(0, Blocked())\n"
    "sys.argv = ['finetuning', *sys.argv[1:]]\n"
    "runpy.run_module('finetuning', run_name='__main__', alter_sys=True)\n"
)


def run_alone(folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    quiet = {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **quiet}
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_DJANGO, *options],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture
def base(tmp_path) -> Path:
    """A model's folder, of which counting reads the tokenizer alone; its weights are none."""
    folder: Path = tmp_path / "base"
    word_tokenizer(["one"], TEMPLATES["llama3"], TURNS["llama3"].end).save_pretrained(folder)
    (folder / "config.json").write_text('{"model_type": "llama"}')
    (folder / "model.safetensors").write_bytes(b"none")
    return folder


@pytest.mark.long
@pytest.mark.requires("train")
def test_the_folder_counts_its_rows_without_the_site(release, base, tmp_path):
    folder = exported(tmp_path / "out")
    shown = run_alone(folder, "--help")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "--count-only" in shown.stdout
    options = ("--release", "release", "--base", str(base), "--out", "counted", "--count-only")
    counted = run_alone(folder, *options, "--max-length", "10")
    assert counted.returncode == 0, counted.stderr
    assert "longer than 10 tokens" in counted.stdout
