"""A sentence-transformers model as an encoder: texts in, unit vectors out.

The libraries take seconds and hundreds of megabytes, so they load here and only when a model
is asked for. A model name may carry a revision, as in "abhinand/MedEmbed-large-v0.1@<commit>".
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from pipeline.core.errors import SimilarityUnavailable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """What turns texts into vectors; `revision` is the model's commit, "" where it has none."""

    @property
    def revision(self) -> str: ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts, float32 [n, dimension]."""


class SentenceEncoder:
    """An Encoder over a loaded sentence-transformers model; threads may share it."""

    def __init__(self, model: Any) -> None:
        self._model = model
        # The fast tokenizers refuse to be used by two threads at once.
        self._lock = Lock()

    @property
    def revision(self) -> str:
        configuration = getattr(getattr(self._model[0], "auto_model", None), "config", None)
        return getattr(configuration, "_commit_hash", None) or ""

    def encode(self, texts: Sequence[str]) -> Vectors:
        with self._lock:
            vectors = self._model.encode(
                list(texts), normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(vectors, dtype=np.float32)


def load_encoder(name: str, *, revision: str = "", download: bool = False) -> SentenceEncoder:
    """The named model, from a folder or the local model cache; fetched only with `download`.

    `revision` overrides the one in the name. Raises SimilarityUnavailable, in one sentence,
    without the extra or the model. HF_HUB_OFFLINE forbids fetching, whatever is asked.
    """
    require_extra()
    from sentence_transformers import SentenceTransformer

    model, _, named_revision = name.partition("@")
    try:
        loaded = SentenceTransformer(
            model, revision=revision or named_revision or None, local_files_only=not download
        )
    except Exception as error:  # the library raises many kinds for one fact: no such model
        raise SimilarityUnavailable(_missing(name, error, download)) from error
    return SentenceEncoder(loaded)


def require_extra() -> None:
    """Raises SimilarityUnavailable when the embeddings extra is not installed."""
    if importlib.util.find_spec("sentence_transformers") is None:
        raise SimilarityUnavailable(
            "The dense similarity backend needs the embeddings extra: make setup-embeddings."
        )


def _missing(name: str, error: Exception, download: bool) -> str:
    if download:
        reason = str(error).strip().partition("\n")[0]
        return f"The embedding model {name!r} could not be loaded: {reason}"
    return (
        f"The embedding model {name!r} is not on this machine: "
        "manage.py embed_graph fetches it and embeds the graph."
    )
