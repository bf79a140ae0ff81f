"""TRL's trainers for our rows: their arguments, and what they made of the rows, checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..refused import Refused
from ..settings import Settings
from .base import Base, load_model
from .checkpoints import KEPT
from .order import RowOrder, row_id
from .rows import TrainingRows

CHECKPOINTS = "checkpoints"
_SIDES: Mapping[str, tuple[str, ...]] = {
    "sft": ("prompt", "completion"),
    "prm": ("prompt", "completion"),
    "dpo": ("prompt", "chosen", "rejected"),
}


@dataclass(frozen=True, slots=True)
class Machine:
    """What trains: how many processes with a device each, its kind, and the arithmetic."""

    devices: int
    kind: str
    precision: str

    @property
    def uses_cpu(self) -> bool:
        return self.kind == "cpu"


@dataclass(frozen=True, slots=True)
class Prepared:
    """A trainer that is ready, and its rows by id and length as it will take them.

    `lengths` are tokens of prompt and response, of a pair those of both sides, cut as the trainer
    cuts them.
    """

    trainer: Any
    ids: tuple[str, ...]
    lengths: tuple[int, ...]
    trained_tokens: int

    @property
    def order(self) -> RowOrder:
        order: RowOrder = self.trainer.row_order
        return order

    @property
    def steps_per_epoch(self) -> int:
        args = self.trainer.args
        batches = -(-len(self.ids) // (args.per_device_train_batch_size * args.world_size))
        return int(-(-batches // args.gradient_accumulation_steps))


def machine_for(settings: Settings, devices: int) -> Machine:
    """The machine at hand. Raises Refused where several GPUs wait for one process."""
    import torch

    cuda = torch.cuda.is_available()
    if cuda and devices == 1 and torch.cuda.device_count() > 1:
        raise Refused(
            f"{torch.cuda.device_count()} GPUs are visible to one process. Start it with "
            "`accelerate launch` to use all, or set CUDA_VISIBLE_DEVICES to the one to use."
        )
    precision = settings.precision
    if precision == "auto":
        precision = "bfloat16" if cuda and torch.cuda.is_bf16_supported() else "float32"
    return Machine(devices, "cuda" if cuda else "cpu", precision)


def prepare(
    settings: Settings,
    machine: Machine,
    *,
    base: Base,
    tokenizer: Any,
    rows: TrainingRows,
    out: Path,
) -> Prepared:
    """The trainer of the method, with our order of rows in place of a random one."""
    import datasets
    from transformers import PrinterCallback

    datasets.disable_progress_bars()
    held_out = _dataset(settings, rows.held_out) if rows.held_out else None
    arguments = _arguments(settings, machine, out, evaluates=held_out is not None)
    model = load_model(base, _weights_dtype(settings, machine, arguments))
    trainer = _in_order(_trainer_class(settings))(
        model=model,
        args=arguments,
        train_dataset=_dataset(settings, rows.train),
        eval_dataset=held_out,
        processing_class=tokenizer,
        peft_config=_adapter(settings) if settings.lora_rank else None,
    )
    trainer.remove_callback(PrinterCallback)  # `say` has the lines that it would print
    ids = tuple(trainer.train_dataset["row"])
    trainer.row_order = RowOrder(ids, settings.seed)
    lengths, trained = _lengths(settings, trainer.train_dataset)
    return Prepared(trainer, ids, lengths, trained)


def _trainer_class(settings: Settings) -> Any:
    from trl import DPOTrainer, SFTTrainer

    return DPOTrainer if settings.method == "dpo" else SFTTrainer


def _in_order(trainer_class: Any) -> Any:
    """The trainer, taking its rows as its `row_order` says."""

    def sampler(self: Any, train_dataset: Any = None) -> RowOrder:
        order: RowOrder = self.row_order
        return order

    return type(trainer_class.__name__, (trainer_class,), {"_get_train_sampler": sampler})


def _arguments(settings: Settings, machine: Machine, out: Path, *, evaluates: bool) -> Any:
    from trl import DPOConfig, SFTConfig

    dpo = settings.method == "dpo"
    of_method = {"beta": settings.dpo_beta} if dpo else {"completion_only_loss": True}
    return (DPOConfig if dpo else SFTConfig)(
        output_dir=str(out / CHECKPOINTS),
        num_train_epochs=settings.epochs,
        max_steps=settings.max_steps or -1,
        learning_rate=settings.learning_rate,
        lr_scheduler_type=settings.schedule,
        warmup_steps=settings.warmup_ratio,
        weight_decay=settings.weight_decay,
        max_grad_norm=settings.max_grad_norm,
        per_device_train_batch_size=settings.device_batch_size,
        gradient_accumulation_steps=settings.accumulation(machine.devices),
        # One row at a time, so that the held-out loss does not depend on which rows share a batch.
        per_device_eval_batch_size=1,
        max_length=settings.max_length,
        bf16=machine.precision == "bfloat16",
        use_cpu=machine.uses_cpu,
        gradient_checkpointing=settings.gradient_checkpointing,
        seed=settings.seed,
        logging_steps=1,
        logging_nan_inf_filter=False,
        eval_strategy="steps" if evaluates else "no",
        eval_steps=settings.evaluate_every,
        eval_on_start=evaluates,
        save_strategy="steps",
        save_steps=settings.save_every,
        save_total_limit=KEPT,
        dataloader_pin_memory=not machine.uses_cpu,
        disable_tqdm=True,
        report_to="none",
        **of_method,
    )


def _weights_dtype(settings: Settings, machine: Machine, arguments: Any) -> str:
    """In what the weights are held. Trained ones are float32, whatever the arithmetic.

    In bfloat16 a step of a small learning rate is lost in rounding. An adapter is float32 beside
    weights that stay as they are, and DeepSpeed keeps a float32 copy of its own.
    """
    keeps_copy = arguments.deepspeed_plugin is not None
    return machine.precision if settings.lora_rank or keeps_copy else "float32"


def _adapter(settings: Settings) -> Any:
    from peft import LoraConfig

    return LoraConfig(
        task_type="CAUSAL_LM",
        r=settings.lora_rank,
        lora_alpha=settings.lora_alpha,
        lora_dropout=settings.lora_dropout,
        target_modules="all-linear",
    )


def _dataset(settings: Settings, rows: Sequence[Mapping[str, Any]]) -> Any:
    from datasets import Dataset

    sides = _SIDES[settings.method]
    return Dataset.from_list(
        [
            {"row": row_id(row, position), **{side: row[side] for side in sides}}
            for position, row in enumerate(rows)
        ]
    )


def _lengths(settings: Settings, dataset: Any) -> tuple[tuple[int, ...], int]:
    """Tokens of each row as it will be taken, and tokens with loss of all."""
    if settings.method != "dpo":
        lengths = tuple(map(len, dataset["input_ids"]))
        return lengths, sum(label != -100 for row in dataset["labels"] for label in row)
    prompts = list(map(len, dataset["prompt_ids"]))
    sides = [list(map(len, dataset[side])) for side in ("chosen_ids", "rejected_ids")]
    pairs = list(zip(prompts, *sides, strict=True))
    limit = settings.max_length
    both = [[min(prompt + side, limit) for side in row] for prompt, *row in pairs]
    trained = sum(sum(row) - 2 * prompt for row, prompt in zip(both, prompts, strict=True))
    return tuple(map(sum, both)), trained
