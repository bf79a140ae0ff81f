"""What decides the weights, written before the first step: a run goes on only as it began."""

import json
import math
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from ..refused import Refused
from ..release_files import ReleaseFiles
from ..settings import Settings
from .base import Base
from .order import DERIVED, order_sha256
from .trainers import Machine, Prepared

PACKAGES = (
    *("torch", "transformers", "trl", "peft", "accelerate", "datasets", "tokenizers"),
    *("safetensors", "deepspeed"),
)


def plan_document(
    *,
    settings: Settings,
    where: Mapping[str, str],
    release: ReleaseFiles,
    base: Base,
    machine: Machine,
    prepared: Prepared,
    chat_template: str,
) -> dict[str, Any]:
    """The settings, and everything that they were applied to, by checksum."""
    return {
        "settings": settings.document(),
        "where": dict(where),
        "release": release_document(release, settings.table),
        "base": base.document(),
        "chat_template": chat_template,
        "order": order_document(settings, machine, prepared),
        "devices": machine.devices,
        "device": machine.kind,
        "precision": machine.precision,
        "versions": versions(),
    }


def release_document(release: ReleaseFiles, table: str) -> dict[str, Any]:
    """Which release, and which of its files."""
    names = [name for split in ("train", "validation") if (name := release.file_name(table, split))]
    return {
        "name": release.name,
        "manifest_sha256": release.sha256,
        "lines_sha256": release.manifest.get("sha256", ""),
        "files": {name: release.file_sha256(name) for name in names},
    }


def order_document(settings: Settings, machine: Machine, prepared: Prepared) -> dict[str, Any]:
    """How the order of rows is derived, and its checksum over all epochs that are begun.

    `filled`: over several devices, so many rows from an epoch's beginning come again at its end,
    so that each device has as many.
    """
    together = settings.device_batch_size * machine.devices
    epochs = math.ceil(total_steps(settings, prepared) / prepared.steps_per_epoch)
    return {
        "derived": DERIVED,
        "seed": settings.seed,
        "epochs_begun": epochs,
        "filled": -len(prepared.ids) % together if machine.devices > 1 else 0,
        "sha256": order_sha256(prepared.ids, seed=settings.seed, epochs=epochs),
    }


def total_steps(settings: Settings, prepared: Prepared) -> int:
    """How many steps training takes."""
    return settings.max_steps or math.ceil(settings.epochs * prepared.steps_per_epoch)


def versions() -> dict[str, str]:
    """Python and the libraries that training rests on, those that are installed."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return found


def write_or_compare(path: Path, plan: Mapping[str, Any]) -> None:
    """Write the plan of a new run; of one that was begun, Refused where it was another."""
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(plan, ensure_ascii=False, indent=2) + "\n")
        return
    differing = _differing(json.loads(path.read_text()), plan)
    if differing:
        raise Refused(
            f"{path.parent} holds a run that was begun otherwise ({', '.join(differing)}). Go on "
            "with what it was begun with, or choose another folder."
        )


def _differing(begun: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """The parts that differ; of the settings and versions, which of them."""
    found = []
    for name in sorted({*begun, *now}):
        before, after = begun.get(name), now.get(name)
        if before == after:
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            found += [key for key in sorted({*before, *after}) if before.get(key) != after.get(key)]
        else:
            found.append(name)
    return found
