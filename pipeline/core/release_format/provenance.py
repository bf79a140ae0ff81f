"""Where a released line comes from: what made it, and on which terms it may be used."""

from typing import Annotated

from pydantic import Field

from pipeline.core.release_format.base import Position, Schema, Text


class ModelReference(Schema):
    """A model: as the endpoint names it, and as its answers named themselves (empty: not said).

    `answered_as` has more than one name where the endpoint changed its model during a batch.
    """

    endpoint: Text
    model: Text
    answered_as: tuple[str, ...]
    provider: tuple[str, ...]


class PromptReference(Schema):
    """A prompt by name and version, with the sha256 of its text."""

    name: Text
    version: Text
    sha256: Text


class ImportReference(Schema):
    """Where an imported chain of thought comes from: its author as stated, the file and its sha256,
    and when it was read (ISO 8601, UTC)."""

    author: Text
    file: Text
    sha256: Text
    imported_at: Text


class Provenance(Schema):
    """What made one trace; what holds for its whole batch stands in `provenance.json` too.

    `made_at` is an ISO 8601 time in UTC, "unknown" for what was `imported` (null: made here).
    Tokens and `cost`, a decimal number in `currency`, are null where the endpoint or the price
    table does not say; `replayed_calls` of the `calls` were answered by equal ones made before and
    took nothing. `temperature` (null: the model's own) and `reasoning`, further parameters such as
    the effort, are as sent when the CoT was written. `embedding_model` is empty where entities
    were linked without one, `software_version` for batches begun before it was recorded.
    """

    batch: Text
    made_at: Text
    software_version: str
    reasoner: ModelReference | None
    second_reader: ModelReference | None
    embedding_model: str
    prompts: tuple[PromptReference, ...]
    temperature: float | None
    reasoning: str
    seed: int
    calls: Position
    replayed_calls: Position
    input_tokens: Position | None
    output_tokens: Position | None
    cost: Annotated[str, Field(pattern=r"^\d+(\.\d+)?$")] | None
    currency: str
    imported: ImportReference | None = None


class Terms(Schema):
    """On which terms each part may be used, and what they allow `together`, in words."""

    question: Text
    graph: str
    output: Text
    together: Text
