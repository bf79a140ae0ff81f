"""A fine-tuning run, from a release's files to weights and a run card.

Nothing is trained until the rows are counted and every finding is accepted by name. A run that
was killed goes on when it is asked for again with the same settings and folder.
"""

import importlib.util
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..counting import RowCounts
from ..refused import Refused
from ..release_files import ReleaseFiles, open_release
from ..settings import Settings
from .base import Base, end_tokens, find_base, load_tokenizer, max_positions
from .checkpoints import last_complete, remove_incomplete, step_of
from .rows import TrainingRows, check_accepted, check_positions, choose_rows, counted

if TYPE_CHECKING:
    from .trainers import Machine, Prepared

INSTALL = (
    "Fine-tuning needs the packages of the extra `train`: run `make setup-train`, or install "
    "requirements/train.txt where this runs."
)
REQUIRED = ("torch", "transformers", "trl", "peft", "accelerate", "datasets")
CARD, PLAN = "run_card.json", "plan.json"
# The base as converted from GGUF, inside the run's folder.
CONVERTED = "base"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for. `release` is a bundle; `where` chooses rows by values of their columns.

    `accept` names findings to go on with; `chat_template` replaces the tokenizer's own; `merge`
    adds an adapter to the base at the end; `count_only` stops before the first step.
    """

    release: Path
    base: str
    out: Path
    settings: Settings
    where: Mapping[str, str] = field(default_factory=dict)
    accept: frozenset[str] = frozenset()
    chat_template: str | None = None
    merge: bool = False
    count_only: bool = False


@dataclass(frozen=True, slots=True)
class _Ready:
    """All that training needs, read and counted."""

    release: ReleaseFiles
    rows: TrainingRows
    base: Base
    tokenizer: Any
    counts: Mapping[str, RowCounts]


def finetune(request: Request, say: Say) -> None:
    """Count, train, save, and write the run card. `say` takes lines for the person.

    Raises Refused with the sentence why training does not begin or go on.
    """
    require_packages()
    devices = int(os.environ.get("WORLD_SIZE", "1"))
    told = say if os.environ.get("RANK", "0") == "0" else _say_nothing
    request.settings.accumulation(devices)
    ready = _ready(request, devices, told)
    if not request.count_only:
        check_accepted(ready.counts, request.accept)
        check_positions(ready.counts, max_positions(ready.base))
        _train(request, ready, devices, told)


def require_packages() -> None:
    """Raises Refused where the extra is not installed, with what installs it."""
    if not all(map(importlib.util.find_spec, REQUIRED)):
        raise Refused(INSTALL)


def _ready(request: Request, devices: int, say: Say) -> _Ready:
    settings = request.settings
    release = open_release(request.release)
    rows = choose_rows(release, settings.table, request.where)
    _check_folder(request.out)
    base = _base(request, devices)
    tokenizer = load_tokenizer(base, request.chat_template)
    counts = counted(
        rows, tokenizer, max_length=settings.max_length, end_tokens=end_tokens(base), say=say
    )
    return _Ready(release, rows, base, tokenizer, counts)


def _check_folder(out: Path) -> None:
    """A new folder, or one with a run that was begun and is not finished."""
    if (out / CARD).exists():
        raise Refused(f"{out} holds a finished run: choose another folder.")
    others = {path.name for path in out.iterdir()} - {CONVERTED} if out.exists() else set()
    if others and PLAN not in others:
        raise Refused(f"{out} holds something else: choose a new folder.")


def _base(request: Request, devices: int) -> Base:
    converted = request.out / CONVERTED
    if devices > 1 and request.base.endswith(".gguf"):
        raise Refused(
            "A GGUF file is converted by one process: run once with --count-only on one device, "
            f"then take {converted} as the base."
        )
    return find_base(request.base, converted=converted)


def _train(request: Request, ready: _Ready, devices: int, say: Say) -> None:
    from . import plan, save, trainers, watch

    settings, out = request.settings, request.out
    machine = trainers.machine_for(settings, devices)
    prepared = trainers.prepare(
        settings, machine, base=ready.base, tokenizer=ready.tokenizer, rows=ready.rows, out=out
    )
    _check_as_counted(prepared, ready.counts["train"])
    trainer = prepared.trainer
    document = _plan(request, ready, machine, prepared)
    if trainer.is_world_process_zero():
        plan.write_or_compare(out / PLAN, document)
    trainer.add_callback(watch.Watch(prepared.order, evaluates=bool(ready.rows.held_out), say=say))
    _step_through(trainer, say)
    save.save_trained(trainer, ready.base, ready.tokenizer, out, adapter=bool(settings.lora_rank))
    if trainer.is_world_process_zero():
        _finish(request, ready, prepared, document, say)


def _check_as_counted(prepared: "Prepared", counts: RowCounts) -> None:
    """The trainer's own reading of the rows must be what was counted, or something is silent."""
    rows = counts.rows - counts.count("dropped")
    if len(prepared.ids) != rows or prepared.trained_tokens != counts.trained:
        raise Refused(
            f"The trainer would take {len(prepared.ids):,} rows and {prepared.trained_tokens:,} "
            f"tokens with loss, and {rows:,} and {counts.trained:,} were counted. Nothing was "
            "trained: these versions of the libraries read rows otherwise."
        )


def _plan(
    request: Request, ready: _Ready, machine: "Machine", prepared: "Prepared"
) -> dict[str, Any]:
    from . import plan

    return plan.plan_document(
        settings=request.settings,
        where=request.where,
        release=ready.release,
        base=ready.base,
        machine=machine,
        prepared=prepared,
        chat_template=str(ready.tokenizer.chat_template),
    )


def _step_through(trainer: Any, say: Say) -> None:
    """All steps, or those after the last checkpoint that is complete."""
    checkpoints = Path(trainer.args.output_dir)
    checkpoint = last_complete(checkpoints)
    if trainer.is_world_process_zero():
        remove_incomplete(checkpoints)
    if checkpoint:
        trainer.args.eval_on_start = False  # it was measured before the first step
        say(f"Going on after step {step_of(checkpoint)}.")
    trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)


def _finish(
    request: Request, ready: _Ready, prepared: "Prepared", plan: Mapping[str, Any], say: Say
) -> None:
    from . import card, save

    if request.merge:
        save.merge(ready.base, ready.tokenizer, request.out)
    rows = {
        split: {**counts.document(), **ready.rows.document(split)}
        for split, counts in ready.counts.items()
    }
    document = card.card_document(
        plan=plan,
        settings=request.settings,
        rows={**rows, "accepted": sorted(request.accept)},
        prepared=prepared,
        weights=save.weights_of(request.out),
    )
    card.write_card(request.out / CARD, document)
    shutil.rmtree(prepared.trainer.args.output_dir)  # checkpoints, of use to nobody now
    say(f"Finished. What was done is in {request.out / CARD}.")


def _say_nothing(line: str) -> None:
    """What the processes beside the first have to say was said by the first."""
