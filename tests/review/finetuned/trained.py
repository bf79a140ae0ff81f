"""A release that clinicians graded, a model fine-tuned on it, and evaluations of it and its base.

The run card has the form that training writes; the weights are a few bytes.
"""

import hashlib
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from pipeline.core.llm.base import Answer, Named, Usage
from pipeline.evaluations import answering
from pipeline.evaluations.lifecycle import run_evaluation
from pipeline.evaluations.starting import start_evaluation
from pipeline.finetuning.settings import chosen_settings
from pipeline.finetuning.training.base import weights_sha256
from pipeline.models import Endpoint, Evaluation, QuestionSet
from review.evidence.policies import Rules, save_policy
from review.finetuned.registering import register_model, state_endpoints
from review.models import FineTunedModel, Release
from review.releases.zip_file import whole_zip
from tests import actors
from tests.factories import endpoints, make_release
from tests.peers.scripted import Scripted
from tests.pipeline.evaluations import scripted
from tests.review.modelled import model_study
from tests.review.submitting import grade_all

BASE = "organisation/base-1"
WEIGHTS = b"not really weights"


def graded_release(lead: User, *, name: str = "first", size: int = 4) -> Release:
    """A release of a language model's traces, every row accepted and its paths graded."""
    ann = actors.reviewer("ann")
    study = model_study(ann, opened_by=lead, size=size)
    grade_all(study, ann)
    policy = save_policy("fair", rules=Rules(), saved_by=lead)
    return make_release(name, study=study, policy=policy, made_by=lead)


def weights_folder(folder: Path) -> Path:
    """The folder of a run, with the weights that the run card of `card` names."""
    (folder / "adapter").mkdir(parents=True)
    (folder / "adapter" / "adapter_model.safetensors").write_bytes(WEIGHTS)
    return folder


def card(release: Release, *, method: str = "sft", **changes: Any) -> dict[str, Any]:
    """The run card of a model trained on the release, as training writes it."""
    settings = chosen_settings(method, "small", {})
    files = {
        name: facts["sha256"]
        for split in ("train", "validation")
        if (facts := release.manifest["files"].get(name := f"data/{settings.table}/{split}.jsonl"))
    }
    base = {"model.safetensors": hashlib.sha256(b"base").hexdigest()}
    trained = {"adapter_model.safetensors": hashlib.sha256(WEIGHTS).hexdigest()}
    document: dict[str, Any] = {
        "card_version": 1,
        "made": "2026-11-30T10:00:00+00:00",
        "settings": settings.document(),
        "where": {},
        "release": {
            "name": release.name,
            "manifest_sha256": _manifest_sha256(release),
            "lines_sha256": release.sha256,
            "files": files,
        },
        "base": {"source": BASE, "sha256": weights_sha256(base), "files": base},
        "base_sha256": weights_sha256(base),
        "rows": {
            "train": _rows(release, settings.table, "train"),
            "validation": _rows(release, settings.table, "validation"),
            "accepted": [],
        },
        "steps": 60,
        "train_loss": "nats a response token, over the tokens of a step",
        "held_out_loss": "nats a response token, over each row, then over rows",
        "curve": _curve(),
        "weights": [{"kind": "adapter", "folder": "adapter", "sha256": "", "files": trained}],
        "weights_sha256": weights_sha256(trained),
        "versions": {"python": "3.11.2", "trl": "1.16.0"},
    }
    document["weights"][0]["sha256"] = weights_sha256(trained)
    return document | changes


def _manifest_sha256(release: Release) -> str:
    """Of the file in the bundle, which is what training reads."""
    packed = whole_zip(release)
    assert packed is not None
    with zipfile.ZipFile(packed) as bundle:
        return hashlib.sha256(bundle.read(f"{release.name}/manifest.json")).hexdigest()


def _rows(release: Release, table: str, split: str) -> dict[str, Any]:
    facts = release.manifest["files"].get(f"data/{table}/{split}.jsonl", {"rows": 0})
    tokens = {"total": 900, "min": 80, "median": 90, "95 %": 99, "max": 100}
    return {
        "rows": facts["rows"],
        "left_out_by_choice": 0,
        "prompt_tokens": tokens,
        "response_tokens": tokens,
        "tokens_with_loss": 900,
        "problems": [],
        "notes": [],
    }


def _curve() -> list[dict[str, Any]]:
    """A loss that falls from 3 to 1, measured on held-out rows every twentieth step."""
    steps: list[dict[str, Any]] = [{"step": 0, "epoch": 0, "held_out_loss": 3.1}]
    for step in range(1, 61):
        entry = {"step": step, "epoch": step / 20, "train_loss": 1 + 2 / step**0.5}
        steps.append(entry | ({"held_out_loss": 1.2 + 2 / step**0.5} if step % 20 == 0 else {}))
    return steps


def as_file(document: dict[str, Any]) -> bytes:
    """The run card as its file has it."""
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def registered(release: Release, *, by: User | None = None, **changes: Any) -> FineTunedModel:
    """A model of the release, registered by its run card."""
    return register_model(as_file(card(release, **changes)), by=by)


def registered_row(release: Release) -> FineTunedModel:
    """A model as a row, of any release: nothing of it is checked."""
    document = card(release)
    name, facts = next(iter(release.manifest["files"].items()))
    document["release"]["files"] = {name: facts["sha256"]}
    text = as_file(document).decode()
    return FineTunedModel.objects.create(
        name="tuned",
        release=release,
        kind="sft",
        base_model=BASE,
        base_sha256=document["base_sha256"],
        weights_sha256=document["weights_sha256"],
        run_card=text,
        run_card_sha256=hashlib.sha256(text.encode()).hexdigest(),
    )


def served(model: FineTunedModel, *, by: User | None = None) -> tuple[Endpoint, Endpoint]:
    """Endpoints of the model and its base on this machine, as someone states."""
    tuned = endpoints.endpoint("tuned", role="evaluated", model="tuned-1")
    base = endpoints.endpoint(
        "base", role="evaluated", model="base-1", base_url="http://127.0.0.1:8082/v1"
    )
    state_endpoints(model, endpoint=tuned, base_endpoint=base, by=by)
    model.refresh_from_db()
    return tuned, base


def said(letter: str, model: str) -> Answer:
    """What a model that names itself answers."""
    text = f"Answer: {letter}"
    return Answer(text, text, "stop", Usage(60, 12), "", Named(model, "", ""))


def evaluated(
    monkeypatch: pytest.MonkeyPatch,
    endpoint: Endpoint,
    letters: str,
    *,
    question_set: QuestionSet,
    cases: Sequence[str] = (),
    **choices: Any,
) -> Evaluation:
    """A finished evaluation of the endpoint whose model gives these letters one after the other."""
    model = Scripted(
        [said(letter, endpoint.model) for letter in letters],
        endpoint=endpoint.name,
        model=endpoint.model,
    )
    monkeypatch.setattr(answering, "open_model", lambda endpoint, question_set: model)
    plan = scripted.plan(question_set, endpoint=endpoint, **choices)
    evaluation = start_evaluation(plan)
    run_evaluation(evaluation, threads=1)
    evaluation.refresh_from_db()
    return evaluation
