"""What a configuration file is written from, and what each of them says first."""

import json
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..refused import Refused
from ..settings import Settings

# Whole conversations: what the three trainers read. Each puts the loss on the assistant's turns.
TABLE = "chat"
WIDTH = 96
PUBLISHED = (
    "3 epochs, learning rate 5e-6, 128 rows a step, cosine, bfloat16, DeepSpeed ZeRO-3, loss on "
    "the response alone (arXiv 2504.00993). The rest is not published."
)


@dataclass(frozen=True, slots=True)
class Facts:
    """A release's manifest, how is trained, on what, and where the release's files lie.

    `base`: a model's folder or ORGANISATION/NAME. `folder`: that of the release, seen from the
    folder in which the trainer is started. `devices`: GPUs.
    """

    manifest: Mapping[str, Any]
    settings: Settings
    base: str
    folder: str
    devices: int

    def file(self, split: str) -> str | None:
        """The file with the conversations of a split; None where no row is in that split.

        Raises Refused for a release without rows to train on, with the reason.
        """
        reason = self.manifest["lacks"].get(TABLE)
        if reason:
            raise Refused(f"{self.manifest['release']} has no rows to train on: {reason}.")
        name = f"data/{TABLE}/{split}.jsonl"
        return f"{self.folder}/{name}" if name in self.manifest["files"] else None

    @property
    def train_file(self) -> str:
        """The rows to train on. Raises Refused where no row is in the split."""
        file = self.file("train")
        if file is None:
            raise Refused(f"{self.manifest['release']} has no row in its split train.")
        return file

    @property
    def validation_file(self) -> str | None:
        """The rows whose loss is held out."""
        return self.file("validation")

    @property
    def accumulation(self) -> int:
        """Batches that a device takes before a step. Raises Refused where none fits."""
        return self.settings.accumulation(self.devices)

    @property
    def bfloat16(self) -> bool:
        """Whether the arithmetic is in bfloat16; `auto` takes it, as every GPU of today has it."""
        return self.settings.precision != "float32"


def heading(facts: Facts, trainer: str, start: str, differences: Iterable[str]) -> str:
    """The comment above a configuration: release, rows, recipe, and what the trainer does."""
    paragraphs = [
        f"{trainer}: {start}",
        *_release(facts),
        f"Method: supervised fine-tuning, preset {facts.settings.preset}, {facts.devices} GPU"
        f"{'s' if facts.devices > 1 else ''}. Published: {PUBLISHED}",
        "Before the first step, count: python -m finetuning --release "
        f"{facts.folder} --base {facts.base} --max-length {facts.settings.max_length} --out "
        "counted --count-only",
        *differences,
    ]
    return "".join(f"{_comment(paragraph)}#\n" for paragraph in paragraphs).removesuffix("#\n")


def number(value: float) -> str:
    """A number as YAML 1.1 reads it as one: it takes 5e-06 for a text."""
    return f"{value:.0f}" if value == int(value) else f"{value:.10f}".rstrip("0")


def quoted(text: str) -> str:
    """A text in quotation marks, with what needs it escaped: YAML reads JSON's texts."""
    return json.dumps(text, ensure_ascii=False)


def yaml(pairs: Mapping[str, Any]) -> str:
    """Lines of `name: value`, of numbers, texts, true and false, and lists of texts."""
    return "".join(f"{name}: {_value(value)}\n" for name, value in pairs.items())


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number(value)
    if isinstance(value, list):
        return f"[{', '.join(map(quoted, value))}]"
    return quoted(str(value))


def _release(facts: Facts) -> Iterable[str]:
    manifest, name = facts.manifest, facts.train_file.removeprefix(f"{facts.folder}/")
    file = manifest["files"][name]
    yield (
        f"Release {manifest['release']} of {manifest['made']}: its lines have the sha256 "
        f"{manifest['sha256']}. {manifest['notice']}"
    )
    yield f"{name}: {file['rows']:,} rows, sha256 {file['sha256']}."
    tokens = manifest.get("tokens")
    if tokens:
        longest = tokens["prompt_and_completion"]["max"] + tokens["template_tokens"]
        yield (
            f"Its longest row has at most about {longest:,} tokens ({tokens['tokenizer']}, "
            f"{tokens['template_tokens']} of them for the chat template); the maximum length "
            f"below is {facts.settings.max_length:,}."
        )


def _comment(paragraph: str) -> str:
    lines = textwrap.wrap(paragraph, WIDTH, break_long_words=False, break_on_hyphens=False)
    return "".join(f"# {line}\n" for line in lines)
