"""The run card: all that is needed to judge a fine-tuned model and to train it again."""

import hashlib
import json
import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..settings import OURS, Settings, changed_from_preset
from .card_text import card_text
from .save import Weights
from .trainers import Prepared
from .watch import STEP_SECONDS

CARD_VERSION = 1
# Against the publication's own training script; see docs/decisions/0052.
DIFFERENCES = (
    "Loss: the publication's code averages over the rows of a batch, each row alike; TRL averages "
    "over tokens, so that long responses weigh more.",
    "Prompts: the publication's training prompts hold the bare question, and its evaluation shows "
    "options; here every prompt holds the options that its question has.",
    "Long rows: the publication's code cuts them from the left, the question first; here training "
    "does not begin until each is accepted by name, and TRL cuts at the end.",
    "Interruptions: the publication's code begins anew; here a run goes on from its last "
    "checkpoint with optimizer, schedule, random numbers and place in the order of rows.",
)
_CURVE = {
    "loss": "train_loss",
    "eval_loss": "held_out_loss",
    "learning_rate": "learning_rate",
    "grad_norm": "gradient_norm",
    "rewards/accuracies": "train_pairs_preferred",
    "eval_rewards/accuracies": "held_out_pairs_preferred",
    STEP_SECONDS: "seconds",
}
TRAIN_LOSS: Mapping[str, str] = {
    "sft": "nats a response token, over the tokens of a step",
    "prm": "nats a token of label and end of turn, over the tokens of a step",
    "dpo": "the DPO loss (sigmoid), over the pairs of a step; ln 2 is that of the base",
}
HELD_OUT_LOSS: Mapping[str, str] = {
    "sft": "nats a response token, over each row, then over rows: validation split",
    "prm": "nats a token of label and end of turn, over each row, then over rows: validation split",
    "dpo": "the DPO loss over the pairs of the validation split",
}


def card_document(
    *,
    plan: Mapping[str, Any],
    settings: Settings,
    rows: Mapping[str, Any],
    prepared: Prepared,
    weights: Sequence[Weights],
) -> dict[str, Any]:
    """The run card. `weights_sha256` is that of what was trained, before any merging."""
    curve = curve_of(prepared.trainer.state.log_history)
    return {
        "card_version": CARD_VERSION,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        **plan,
        "changed_from_preset": changed_from_preset(settings),
        "ours_in_preset": dict(OURS) if settings.preset == "paper" else {},
        "rows": dict(rows),
        "steps": prepared.trainer.state.global_step,
        "train_loss": TRAIN_LOSS[settings.method],
        "held_out_loss": HELD_OUT_LOSS[settings.method],
        "curve": curve,
        "speed": speed(curve, prepared, settings),
        "hardware": hardware(),
        "weights": [one.document() for one in weights],
        "weights_sha256": weights[0].document()["sha256"],
        "base_sha256": plan["base"]["sha256"],
        "differs_from_publication": list(DIFFERENCES),
        "withdrawal": "A bundle cannot know whether its release was withdrawn after it was "
        "written: the release's page says so.",
        "code_sha256": code_sha256(),
    }


def write_card(path: Path, card: Mapping[str, Any]) -> None:
    """Write both forms; the JSON last, since it says that the run is finished."""
    path.with_suffix(".md").write_text(card_text(card), encoding="utf-8")
    aside = path.with_suffix(".part")
    aside.write_text(json.dumps(card, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    aside.replace(path)


def curve_of(log: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What was measured after each step, from the trainer's log: one entry a step, from 0."""
    steps: dict[int, dict[str, Any]] = {}
    for logged in log:
        entry = steps.setdefault(logged["step"], {"step": logged["step"], "epoch": logged["epoch"]})
        entry |= {ours: logged[name] for name, ours in _CURVE.items() if name in logged}
    return [entry for _, entry in sorted(steps.items()) if len(entry) > 2]


def speed(
    curve: Sequence[Mapping[str, Any]], prepared: Prepared, settings: Settings
) -> dict[str, Any]:
    """Seconds a step and tokens a second, without evaluation, saving and loading.

    Tokens are those of prompts and responses, without padding.
    """
    seconds = [entry["seconds"] for entry in curve if "seconds" in entry]
    tokens = sum(_tokens_of_steps(prepared, settings, len(seconds)))
    if not seconds:
        return {}
    return {
        "seconds": round(sum(seconds), 1),
        "seconds_a_step": round(sum(seconds) / len(seconds), 3),
        "tokens": tokens,
        "tokens_a_second": round(tokens / sum(seconds), 1),
    }


def hardware() -> dict[str, Any]:
    """Processor, threads and GPUs of this process."""
    import torch

    cpus = Path("/proc/cpuinfo")
    names = cpus.read_text().splitlines() if cpus.is_file() else []
    gpus = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
    return {
        "machine": platform.machine(),
        "system": f"{platform.system()} {platform.release()}",
        "processor": next((n.partition(": ")[2] for n in names if "model name" in n), ""),
        "processors": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "gpus": gpus,
    }


def code_sha256() -> str:
    """The checksum of this package's own files: which version of it trained."""
    folder, digest = Path(__file__).parent.parent, hashlib.sha256()
    for file in sorted(folder.rglob("*.py")):
        digest.update(f"{file.relative_to(folder).as_posix()}\n".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _tokens_of_steps(prepared: Prepared, settings: Settings, steps: int) -> Iterator[int]:
    from .order import epoch_order

    for step in range(steps):
        epoch, within = divmod(step, prepared.steps_per_epoch)
        if within == 0:
            order = epoch_order(prepared.ids, seed=settings.seed, epoch=epoch)
        first = within * settings.batch_size
        yield sum(prepared.lengths[place] for place in order[first : first + settings.batch_size])
