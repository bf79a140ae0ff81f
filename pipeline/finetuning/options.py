"""The options of a run, the same for `manage.py finetune` and for `python -m finetuning`."""

from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .refused import Refused
from .settings import PRECISIONS, PRESETS, TABLES, chosen_settings
from .training.run import Request

METHODS = "sft: rows of `sft`; dpo: pairs of `preference`; prm: + and - of `prm`"


def add_options(parser: ArgumentParser) -> None:
    """The options of a run but the release."""
    parser.add_argument(
        "--base",
        required=True,
        help="a model's folder with safetensors, a GGUF file, or a hub's ORGANISATION/NAME",
    )
    parser.add_argument(
        "--out",
        required=True,
        type=Path,
        help="a new folder; with the same options, a run that was killed in it goes on",
    )
    parser.add_argument("--method", choices=list(TABLES), default="sft", help=METHODS)
    parser.add_argument(
        "--preset",
        choices=list(PRESETS),
        default="small",
        help="paper: the published recipe, all weights, for 8 GPUs; small: LoRA, for one GPU",
    )
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--full", action="store_true", help="train all weights, whatever the preset")
    kind.add_argument("--lora-rank", type=int, help="train an adapter of this rank")
    parser.add_argument(
        "--merge", action="store_true", help="also write the base with the adapter added to it"
    )
    parser.add_argument(
        "--chat-template", type=Path, metavar="FILE", help="in place of the tokenizer's own"
    )
    parser.add_argument(
        "--where",
        action="append",
        default=[],
        metavar="COLUMN=VALUE",
        help="only rows with this value, such as basis=clinicians; several times for several",
    )
    parser.add_argument(
        "--accept",
        default="",
        metavar="NAMES",
        help="findings to train with all the same, such as cut,dropped",
    )
    parser.add_argument(
        "--count-only", action="store_true", help="count the rows and stop before the first step"
    )
    _add_settings(parser)


def _add_settings(parser: ArgumentParser) -> None:
    """Settings that replace the preset's."""
    parser.add_argument("--epochs", type=float)
    parser.add_argument("--steps", dest="max_steps", type=int, help="stop after so many")
    parser.add_argument("--learning-rate", type=float)
    parser.add_argument("--batch-size", type=int, help="rows a step, over all devices")
    parser.add_argument("--device-batch-size", type=int, help="rows that a device takes at a time")
    parser.add_argument("--max-length", type=int, help="tokens of prompt and response together")
    parser.add_argument("--precision", choices=PRECISIONS)
    parser.add_argument("--warmup-ratio", type=float)
    parser.add_argument("--weight-decay", type=float)
    parser.add_argument("--lora-alpha", type=int)
    parser.add_argument("--lora-dropout", type=float)
    parser.add_argument("--dpo-beta", type=float)
    parser.add_argument("--evaluate-every", type=int, help="steps between held-out losses")
    parser.add_argument("--save-every", type=int, help="steps between checkpoints")
    parser.add_argument("--seed", type=int)


def request_from(release: Path, options: Mapping[str, Any]) -> Request:
    """What was asked for. Raises Refused for settings that make no sense together."""
    changes = {name: options[name] for name in PRESETS[options["preset"]] if name in options}
    if options["full"]:
        changes |= {"lora_rank": 0, "lora_alpha": 0, "lora_dropout": 0.0}
    settings = chosen_settings(options["method"], options["preset"], changes)
    if options["merge"] and not settings.lora_rank:
        raise Refused("--merge adds an adapter to the base: there is none where all weights train.")
    return Request(
        release=release,
        base=options["base"],
        out=options["out"],
        settings=settings,
        where=_where(options["where"]),
        accept=frozenset(filter(None, options["accept"].split(","))),
        chat_template=_template(options["chat_template"]),
        merge=options["merge"],
        count_only=options["count_only"],
    )


def _where(conditions: Sequence[str]) -> dict[str, str]:
    pairs = [condition.partition("=") for condition in conditions]
    for name, sign, _ in pairs:
        if not sign:
            raise Refused(f"--where wants COLUMN=VALUE, not {name}.")
    return {name: value for name, _, value in pairs}


def _template(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise Refused(f"{path} cannot be read as a chat template: {error}") from error
