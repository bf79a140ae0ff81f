"""A run card as it is read here: the parts that register, show and verify a fine-tuned model.

What writes it is pipeline/finetuning/training/card.py, on whatever machine had the GPUs.
"""

import json
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipeline.core.errors import Refusal
from pipeline.finetuning.settings import TABLES
from pipeline.finetuning.training.base import weights_sha256

Text = Annotated[str, Field(min_length=1)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
# A name within a folder, and no way out of it.
PlainName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9._-]*$")]
Count = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    """Strict in what it reads; what else a card holds is left alone."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class CardRelease(_Part):
    """The release that was trained on, by checksums: manifest, lines, and the files that were
    read, by name."""

    name: Text
    manifest_sha256: Sha256
    lines_sha256: Sha256
    files: Annotated[dict[str, Sha256], Field(min_length=1)]


class CardWeights(_Part):
    """A folder of weights: `model` (complete), `adapter`, or `merged` (complete)."""

    kind: Literal["model", "adapter", "merged"]
    folder: PlainName
    sha256: Sha256
    files: Annotated[dict[PlainName, Sha256], Field(min_length=1)]

    @model_validator(mode="after")
    def _sum_holds(self) -> Self:
        if weights_sha256(self.files) != self.sha256:
            raise ValueError("the checksum of the weights is not that of their files")
        return self


class CardBase(_Part):
    """The model that was trained further, as training was asked for it."""

    source: Annotated[str, Field(min_length=1, max_length=300)]
    sha256: Sha256
    files: Annotated[dict[str, Sha256], Field(min_length=1)]

    @model_validator(mode="after")
    def _sum_holds(self) -> Self:
        if weights_sha256(self.files) != self.sha256:
            raise ValueError("the base's checksum is not that of its files")
        return self


class CardSettings(_Part):
    """How it was trained: what a reader of the page needs. `lora_rank` 0: all weights."""

    method: Literal["sft", "dpo", "prm"]
    preset: Text
    learning_rate: float
    batch_size: Count
    max_length: Count
    lora_rank: Count
    seed: Count

    @property
    def table(self) -> str:
        """The table of the release that it trains on."""
        return TABLES[self.method]


class CardTokens(_Part):
    """Numbers of tokens over rows."""

    total: Count
    max: Count


class CardRows(_Part):
    """The rows of one split, as they were counted before the first step."""

    rows: Count
    left_out_by_choice: Count
    prompt_tokens: CardTokens
    response_tokens: CardTokens
    tokens_with_loss: Count
    problems: tuple[str, ...]


class CardSplits(_Part):
    """The rows by split, and the findings that training went on with."""

    train: CardRows
    validation: CardRows
    accepted: tuple[str, ...]


class CardStep(_Part):
    """What was measured after a step; None where it was not, NaN where training diverged."""

    step: Count
    train_loss: float | None = None
    held_out_loss: float | None = None


class RunCard(_Part):
    """A run card of the version that is written now.

    `train_loss` and `held_out_loss` say in words what the figures of the curve are.
    `weights[0]` is what was trained; what follows was made of it.
    """

    card_version: Literal[1]
    made: Text
    settings: CardSettings
    where: dict[str, str]
    release: CardRelease
    base: CardBase
    base_sha256: Sha256
    rows: CardSplits
    steps: Annotated[int, Field(ge=1)]
    train_loss: Text
    held_out_loss: Text
    curve: tuple[CardStep, ...]
    weights: Annotated[tuple[CardWeights, ...], Field(min_length=1)]
    weights_sha256: Sha256
    versions: dict[str, str]

    @model_validator(mode="after")
    def _sums_agree(self) -> Self:
        if self.base_sha256 != self.base.sha256:
            raise ValueError("it gives two checksums to the base")
        if self.weights_sha256 != self.weights[0].sha256:
            raise ValueError("it gives two checksums to the trained weights")
        return self


def read_card(text: str) -> RunCard:
    """The run card in this text. Raises Refusal with the first thing that is wrong."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refusal(f"The file is no run card: it is not JSON ({error}).") from error
    if not isinstance(document, dict) or "card_version" not in document:
        raise Refusal("The file is no run card: take run_card.json from the folder of the run.")
    if document["card_version"] != 1:
        raise Refusal(
            f"The run card is of version {str(document['card_version'])[:20]}; this program reads "
            "version 1."
        )
    try:
        return RunCard.model_validate_json(text)
    except ValidationError as error:
        raise Refusal(f"The run card cannot be read: {_first(error)}.") from error


def _first(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(map(str, found["loc"]))
    return f"{place}: {found['msg']}" if place else found["msg"]
