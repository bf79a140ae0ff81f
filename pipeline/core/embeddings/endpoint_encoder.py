"""An Encoder whose texts are embedded by a model behind an endpoint, a few at a time.

Vectors of texts met before come from a memory that the encoders of a process share.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Final

import numpy as np

from pipeline.core.embeddings.embedding_model import VectorsAnswer, embed_request
from pipeline.core.embeddings.node_vectors import Matrix
from pipeline.core.errors import MalformedOutput
from pipeline.core.llm.base import LanguageModel

# The most that every server takes in one call as it is installed.
TEXTS_PER_CALL: Final = 32
MAX_REMEMBERED: Final = 16_384


class VectorMemory:
    """Vectors of texts, the latest met; threads may share it. 0 remembers nothing."""

    def __init__(self, size: int = MAX_REMEMBERED) -> None:
        self._vectors: OrderedDict[str, Matrix] = OrderedDict()
        self._size, self._lock = size, Lock()

    def known(self, texts: Sequence[str]) -> dict[str, Matrix]:
        """The vectors of those texts that are remembered."""
        with self._lock:
            found = {text: self._vectors[text] for text in texts if text in self._vectors}
            for text in found:
                self._vectors.move_to_end(text)
            return found

    def remember(self, vectors: dict[str, Matrix]) -> None:
        with self._lock:
            self._vectors |= vectors
            while len(self._vectors) > self._size:
                self._vectors.popitem(last=False)


@dataclass(frozen=True)
class EndpointEncoder:
    """Asks `model` for the vectors of texts, each behind `prefix`, in the name of a stage.

    `model` is an EmbeddingModel, or the ledger around one.
    """

    model: LanguageModel
    stage: str
    prefix: str = ""
    texts_per_call: int = TEXTS_PER_CALL
    memory: VectorMemory = field(default_factory=lambda: VectorMemory(0))
    revision: str = ""

    def with_prefix(self, prefix: str) -> "EndpointEncoder":
        return replace(self, prefix=prefix)

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Unit vectors of the texts, float32 [n, dimension]. Raises ReasonerFailure classes."""
        prefixed = [self.prefix + text for text in texts]
        vectors = self.memory.known(prefixed)
        unknown = [text for text in dict.fromkeys(prefixed) if text not in vectors]
        for start in range(0, len(unknown), self.texts_per_call):
            some = unknown[start : start + self.texts_per_call]
            vectors |= zip(some, self._ask(some), strict=True)
        self._require_one_dimension(vectors)
        self.memory.remember(vectors)
        return np.stack([vectors[text] for text in prefixed])

    def _ask(self, texts: Sequence[str]) -> Matrix:
        answer = self.model.ask(embed_request(texts, stage=self.stage))
        if not isinstance(answer, VectorsAnswer):
            raise TypeError("An encoder needs a model that embeds.")
        return answer.vectors

    def _require_one_dimension(self, vectors: dict[str, Matrix]) -> None:
        sizes = sorted({len(vector) for vector in vectors.values()})
        if len(sizes) > 1:
            raise MalformedOutput(
                f"{self.model.endpoint} gives vectors of different dimensions: "
                f"{sizes[0]} and {sizes[-1]}.",
                stage=self.stage,
            )
