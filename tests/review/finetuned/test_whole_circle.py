"""The commands of docs/close-the-circle.md, in their order: train, serve, evaluate, verify.

The base has random weights and so has what comes of it: the way is tried, not the gain.
"""

import io
import json
import re
import shlex
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.core.management import call_command

from review.evidence.policies import Rules, save_policy
from review.finetuned.side_by_side import side_by_side
from review.models import FineTunedModel, Study
from tests import actors
from tests.peers.gguf_of_weights import write_gguf
from tests.peers.llama_cpp import Peer
from tests.peers.tiny_model import write_tiny_model
from tests.pipeline.evaluations import scripted
from tests.review.modelled import model_study
from tests.review.submitting import grade_all

pytestmark = [pytest.mark.django_db, pytest.mark.requires("train"), pytest.mark.long]
# What a test has less of than a reader: steps, tokens, rows that nobody graded.
SHORTER = {
    "make_release": "--policy fair --seed 7",
    "finetune": "--steps 2 --batch-size 2 --device-batch-size 1 --precision float32",
    "evaluate": "--max-output-tokens 16 --threads 1",
}


def commands(root: Path) -> dict[str, list[list[str]]]:
    """The indented commands of the page by name, in order, without `manage.py`."""
    text = (root / "docs" / "close-the-circle.md").read_text()
    found: dict[str, list[list[str]]] = {}
    for line in re.findall(r"^    manage\.py (.+)$", text, re.MULTILINE):
        words = shlex.split(line)
        found.setdefault(words[0], []).append(words)
    return found


def graded_study() -> None:
    lead, ann = actors.lead(), actors.reviewer("ann")
    study = model_study(ann, opened_by=lead)
    grade_all(study, ann)
    Study.objects.update(name="pilot")
    save_policy("fair", rules=Rules(), saved_by=lead)


def write_benchmark(path: Path) -> None:
    """The benchmark of our own, as MedQA's files are."""
    with path.open("w") as file:
        for text, key in scripted.CASES:
            options = dict(zip("ABCD", scripted.DRUGS, strict=True))
            row = {"question": text, "options": options, "answer_idx": key, "answer": options[key]}
            file.write(json.dumps(row) + "\n")


def run(words: list[str], **in_place_of: str) -> str:
    """Run a command of the page, with these words put in place of its own."""
    for said, here in in_place_of.items():
        words = [word.replace(said, here) for word in words]
    told = io.StringIO()
    call_command(*words, *shlex.split(SHORTER.get(words[0], "")), stdout=told)
    return told.getvalue()


def test_from_the_grades_to_the_difference(root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    of_page = commands(root)
    graded_study()
    write_benchmark(tmp_path / "test.jsonl")
    write_tiny_model(tmp_path / "tiny.gguf")
    for name in ("load_questions", "make_release", "verify_release"):
        run(of_page[name][0])
    told = run(of_page["finetune"][0], **{"ORGANISATION/MODEL": "tiny.gguf"})
    assert "Registered as tuned-on-first." in told
    write_gguf(tmp_path / "tuned/merged", origin=tmp_path / "tiny.gguf", target=tmp_path / "t.gguf")
    with ExitStack() as stack:
        base = stack.enter_context(Peer(tmp_path / "tiny.gguf", name="tiny-base"))
        tuned = stack.enter_context(Peer(tmp_path / "t.gguf", name="tiny-tuned"))
        ports = {"8001": str(base.port), "8002": str(tuned.port)}
        for name in ("endpoints", "evaluate"):
            for words in of_page[name]:
                run(words, **ports)
    assert "Served by tuned, as stated." in run(of_page["register_model"][0])
    told = run(of_page["verify_model"][0])
    assert "broken" not in told
    assert re.search(r"holds\s+The trained weights \(merged\)", told)
    assert set(of_page) == {
        *("make_release", "verify_release", "load_questions", "finetune", "endpoints"),
        *("evaluate", "register_model", "verify_model"),
    }
    (benchmark,) = side_by_side(FineTunedModel.objects.get()).benchmarks
    assert benchmark.comparison.questions == 4
