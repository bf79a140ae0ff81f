"""A model that embeds texts behind /v1/embeddings, asked like a language model.

A request's messages are the texts, and the answer carries their vectors beside it: the ledger
records, paces, prices and repeats such calls as it does all others, and keeps no vectors.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pydantic import BaseModel

from pipeline.core.embeddings.node_vectors import Matrix
from pipeline.core.embeddings.vectors_answer import (
    NoEmbeddings,
    UnusableVectors,
    read_usage,
    read_vectors,
)
from pipeline.core.errors import MalformedOutput
from pipeline.core.llm.base import Answer, Message, Request
from pipeline.core.llm.exchange import Exchange

EMBED = "embed"


class Embedded(BaseModel):
    """What the ledger keeps of an answer: how many vectors, of how many numbers each."""

    vectors: int
    dimension: int


@dataclass(frozen=True, slots=True)
class VectorsAnswer(Answer):
    """An answer, and the unit vectors [n, dimension] of the request's texts."""

    vectors: Matrix = field(
        default_factory=lambda: np.empty((0, 0), np.float32), repr=False, compare=False
    )


def embed_request(texts: Sequence[str], *, stage: str) -> Request:
    """The request for the vectors of some texts. What it brings is not kept: no later equal call
    can have it from the ledger.
    """
    return Request(
        stage=stage,
        prompt_name=EMBED,
        prompt_version="v1",
        messages=tuple(Message("user", text) for text in texts),
        answer_type=Embedded,
        max_output_tokens=0,
        temperature=None,
        replayable=False,
    )


@dataclass(frozen=True)
class EmbeddingModel:
    """One embedding model at one base URL. `dimensions` asks it for shorter vectors."""

    endpoint: str
    model: str
    exchange: Exchange
    dimensions: int | None = None

    def ask(self, request: Request) -> VectorsAnswer:
        """The vectors of the request's messages. Raises the ReasonerFailure that fits."""
        texts = [message.content for message in request.messages]
        parameters: dict[str, Any] = {
            "model": self.model,
            "input": texts,
            "encoding_format": "float",
        }
        if self.dimensions:
            parameters["dimensions"] = self.dimensions
        body = self.exchange.send(parameters, stage=request.stage)
        usage = read_usage(body)
        try:
            vectors = read_vectors(body, count=len(texts))
            self._require_asked_dimension(vectors)
        except NoEmbeddings:
            raise self.exchange.no_answer(body, stage=request.stage) from None
        except UnusableVectors as error:
            raise MalformedOutput(
                f"{self.exchange.host}: {error}",
                stage=request.stage,
                input_tokens=usage.input_tokens,
                output_tokens=usage.output_tokens,
            ) from None
        value = {"vectors": len(vectors), "dimension": vectors.shape[1]}
        return VectorsAnswer("", value, "stop", usage, vectors=vectors)

    def _require_asked_dimension(self, vectors: Matrix) -> None:
        if self.dimensions not in (None, vectors.shape[1]):
            raise UnusableVectors(
                f"{self.dimensions} dimensions were asked for, and {vectors.shape[1]} came back."
            )
