"""What training leaves: the model or the adapter, merged on demand, each file with its checksum."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .base import Base, file_sums, load_model, weight_files, weights_sha256

MODEL, ADAPTER, MERGED = "model", "adapter", "merged"
ADAPTER_WEIGHTS = "adapter_model.safetensors"
# transformers keeps its arguments as a pickle beside the weights; the run card has them in words.
PICKLED = "training_args.bin"


@dataclass(frozen=True, slots=True)
class Weights:
    """A folder of weights: `kind` is `model` (complete), `adapter`, or `merged` (complete)."""

    kind: str
    folder: Path
    files: dict[str, str]

    def document(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "folder": self.folder.name,
            "sha256": weights_sha256(self.files),
            "files": self.files,
        }


def save_trained(trainer: Any, base: Base, tokenizer: Any, out: Path, *, adapter: bool) -> None:
    """Write the trained weights as safetensors, a complete model in the base's own type.

    To be called by every process: where weights are spread over devices, all of them write.
    """
    folder = out / (ADAPTER if adapter else MODEL)
    if not adapter and trainer.args.deepspeed_plugin is None:
        trainer.accelerator.unwrap_model(trainer.model).to(_dtype_of(base))
    trainer.save_model(str(folder))
    if trainer.is_world_process_zero():
        tokenizer.save_pretrained(str(folder))
        (folder / PICKLED).unlink(missing_ok=True)


def merge(base: Base, tokenizer: Any, out: Path) -> None:
    """Write the base with the adapter's part added to its weights, in the base's own type.

    Added in float32: in bfloat16 part of what was learned would be lost in rounding.
    """
    from peft import PeftModel

    adapted = PeftModel.from_pretrained(load_model(base, "float32"), str(out / ADAPTER))
    merged = adapted.merge_and_unload().to(_dtype_of(base))
    merged.save_pretrained(str(out / MERGED))
    tokenizer.save_pretrained(str(out / MERGED))


def weights_of(out: Path) -> list[Weights]:
    """The weights that lie in a run's folder, what was trained first."""
    return list(_weights(out))


def _weights(out: Path) -> Iterable[Weights]:
    if (out / ADAPTER).is_dir():
        yield Weights(ADAPTER, out / ADAPTER, file_sums(out / ADAPTER, [ADAPTER_WEIGHTS]))
    for kind in (MODEL, MERGED):
        if (out / kind).is_dir():
            yield Weights(kind, out / kind, weight_files(out / kind))


def _dtype_of(base: Base) -> Any:
    """The type in which the base stores its weights."""
    import torch

    config = json.loads((base.folder / "config.json").read_text())
    named = config.get("dtype") or config.get("torch_dtype") or "float32"
    return getattr(torch, str(named).removeprefix("torch."))
