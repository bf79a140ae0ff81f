"""A release's bundle of short rows, and a base of random weights, for runs of a few steps."""

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.finetuning.settings import chosen_settings
from pipeline.finetuning.training.base import find_base
from pipeline.finetuning.training.run import Request
from pipeline.finetuning.training.run import finetune as run
from review.exports.bundle import write_bundle
from review.exports.tables import BUNDLE_VERSION
from tests.factories.release import CONSENSUS, MODEL_TRACE, REJECTED, facts, frozen
from tests.peers.tiny_model import write_tiny_model

WORDS = (
    *("fever", "cough", "rash", "pain", "murmur", "oedema", "anaemia", "syncope"),
    # Rows of several lengths: what weighs rows and what weighs tokens come out apart.
    "jaundice with itching, dark urine, pale stools, and pain under the ribs on the right",
)
TRAIN, HELD_OUT = 7, 2
# Two steps an accumulated batch, so that a step is more than one batch.
SHORT: dict[str, float | str] = {
    **{"batch_size": 2, "device_batch_size": 1, "max_length": 2048, "max_steps": 6},
    **{"learning_rate": 1e-3, "evaluate_every": 3, "save_every": 2, "precision": "float32"},
}

OF_THE_REQUEST = ("release", "base", "where", "accept", "chat_template", "merge", "count_only")


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rows of every table for training: each question has an accepted and a rejected sample."""
    folder = tmp_path_factory.mktemp("release")
    lines = [line for place in range(TRAIN + HELD_OUT) for line in _samples(place)]
    write_bundle(
        folder, lines=lines, alternatives=lines, facts=facts(bundle_version=BUNDLE_VERSION)
    )
    return folder


def _samples(place: int):
    split = "train" if place < TRAIN else "validation"
    labels = CONSENSUS.model_copy(update={"step_labels": ("correct", "incorrect")})
    for letter, consensus in (("A", labels), ("B", REJECTED)):
        yield frozen(
            _trace(place, letter),
            taken=letter == "A",
            question=place,
            trace_id=f"{letter}-{place}",
            split=split,
            consensus=consensus,
        )


def _trace(place: int, letter: str):
    question = replace(MODEL_TRACE.question, text=f"Which sign: {WORDS[place]}?")
    cot = replace(MODEL_TRACE.cot, conclusion=f"So {letter}, by {WORDS[place]}.")
    return replace(MODEL_TRACE, question=question, cot=cot)


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model's folder as transformers keeps it, made of a GGUF file of random weights."""
    folder = tmp_path_factory.mktemp("base")
    write_tiny_model(folder / "tiny.gguf")
    return find_base(str(folder / "tiny.gguf"), converted=folder / "base").folder


@pytest.fixture(autouse=True)
def _one_thread():
    """Sums over threads come out otherwise each time."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def short() -> dict[str, float | str]:
    """The settings of a short run."""
    return dict(SHORT)


@pytest.fixture
def finetune(bundle, tiny_base, tmp_path):
    """Runs a few steps, and gives what was said."""

    def run_(out: str = "out", method: str = "sft", preset: str = "small", **changes) -> list[str]:
        request = {name: changes.pop(name) for name in OF_THE_REQUEST if name in changes}
        settings = chosen_settings(method, preset, SHORT | changes)
        said: list[str] = []
        run(
            Request(
                **{"release": bundle, "base": str(tiny_base), "out": tmp_path / out} | request,
                settings=settings,
            ),
            say=said.append,
        )
        return said

    return run_
