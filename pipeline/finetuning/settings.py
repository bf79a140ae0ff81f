"""How a model is trained: the presets as data, and the settings that come of one.

`paper` is the published recipe (arXiv 2504.00993) where it states a value; what it leaves open is
ours, and `OURS` says so in the run card.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from types import MappingProxyType
from typing import Any

from .refused import Refused

# A method trains on one table of the release.
TABLES: Mapping[str, str] = MappingProxyType({"sft": "sft", "dpo": "preference", "prm": "prm"})
PRECISIONS = ("auto", "bfloat16", "float32")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that decides the weights, but the rows and the base.

    `batch_size` rows make one step, over all devices; each device takes `device_batch_size` at a
    time and accumulates the rest. `max_steps` 0: all epochs. `evaluate_every` and `save_every`
    count steps. `lora_rank` 0: all weights are trained. `max_length` counts tokens of prompt and
    response together. `precision` is that of the arithmetic; `auto`: bfloat16 on a GPU that has
    it, else float32. `dpo_beta` weighs the distance to the base (DPO alone).
    """

    method: str
    preset: str
    epochs: float
    max_steps: int
    learning_rate: float
    schedule: str
    warmup_ratio: float
    weight_decay: float
    max_grad_norm: float
    batch_size: int
    device_batch_size: int
    max_length: int
    precision: str
    gradient_checkpointing: bool
    lora_rank: int
    lora_alpha: int
    lora_dropout: float
    dpo_beta: float
    evaluate_every: int
    save_every: int
    seed: int

    @property
    def table(self) -> str:
        """The table of the release that it trains on."""
        return TABLES[self.method]

    def document(self) -> dict[str, Any]:
        return asdict(self)

    def accumulation(self, devices: int) -> int:
        """How many batches a device takes before a step. Raises Refused where none fits."""
        together = self.device_batch_size * devices
        if self.batch_size % together:
            raise Refused(
                f"A batch of {self.batch_size} rows cannot be made of {devices} devices with "
                f"{self.device_batch_size} rows each: choose a batch size that is a multiple of "
                f"{together}."
            )
        return self.batch_size // together


_COMMON: Mapping[str, Any] = MappingProxyType(
    {
        "max_steps": 0,
        "schedule": "cosine",
        "warmup_ratio": 0.05,
        "weight_decay": 0.0,
        "max_grad_norm": 1.0,
        "dpo_beta": 0.1,
        "seed": 7,
    }
)
PRESETS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "paper": {
            **_COMMON,
            "epochs": 3.0,
            "learning_rate": 5e-6,
            "batch_size": 128,
            "device_batch_size": 2,
            "max_length": 8192,
            "precision": "bfloat16",
            "gradient_checkpointing": True,
            "lora_rank": 0,
            "lora_alpha": 0,
            "lora_dropout": 0.0,
            "evaluate_every": 50,
            "save_every": 100,
        },
        "small": {
            **_COMMON,
            "epochs": 3.0,
            "learning_rate": 2e-4,
            "batch_size": 16,
            "device_batch_size": 2,
            "max_length": 2048,
            "precision": "auto",
            "gradient_checkpointing": False,
            "lora_rank": 16,
            "lora_alpha": 32,
            "lora_dropout": 0.05,
            "evaluate_every": 20,
            "save_every": 50,
        },
    }
)
# Of the preset `paper`: what the publication does not state.
OURS: Mapping[str, str] = MappingProxyType(
    {
        "warmup_ratio": "none is published",
        "weight_decay": "none is published",
        "max_grad_norm": "none is published",
        "max_length": "none is published; every row must fit, or training does not begin",
        "device_batch_size": "only the effective batch of 128 is published",
        "seed": "none is published",
        "evaluate_every": "no held-out loss is published",
    }
)


def chosen_settings(method: str, preset: str, changes: Mapping[str, Any]) -> Settings:
    """The preset with these changes (None: as the preset has it). Raises Refused for nonsense."""
    given = {name: value for name, value in changes.items() if value is not None}
    values = {**PRESETS[preset], **given}
    if values["lora_rank"] and not values["lora_alpha"]:
        values["lora_alpha"] = 2 * values["lora_rank"]
    settings = Settings(method=method, preset=preset, **values)
    _check(settings)
    return settings


def changed_from_preset(settings: Settings) -> dict[str, dict[str, Any]]:
    """Settings that are not the preset's, each with both values."""
    preset = PRESETS[settings.preset]
    return {
        field.name: {"preset": preset[field.name], "used": getattr(settings, field.name)}
        for field in fields(settings)
        if field.name in preset and preset[field.name] != getattr(settings, field.name)
    }


_POSITIVE = (
    *("epochs", "learning_rate", "batch_size", "device_batch_size", "max_length"),
    *("max_grad_norm", "dpo_beta", "evaluate_every", "save_every"),
)
_NOT_NEGATIVE = ("max_steps", "weight_decay", "lora_rank", "seed")


def _check(settings: Settings) -> None:
    for name in _POSITIVE:
        if not getattr(settings, name) > 0:
            raise Refused(f"{name} must be greater than 0.")
    for name in _NOT_NEGATIVE:
        if getattr(settings, name) < 0:
            raise Refused(f"{name} must not be negative.")
    if not 0 <= settings.warmup_ratio < 1:
        raise Refused("warmup_ratio must be from 0 to less than 1.")
    if not 0 <= settings.lora_dropout < 1:
        raise Refused("lora_dropout must be from 0 to less than 1.")
