"""What turns texts into vectors, and a sentence-transformers model that does.

The libraries take seconds and hundreds of megabytes, so they load here and only when a model
is asked for. A model name may carry a revision, as in "abhinand/MedEmbed-large-v0.1@<commit>".
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from pipeline.core.errors import SimilarityUnavailable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Prefixes:
    """What a model wants before a text that is looked up, and before a name that is found.

    Some models (E5, BGE, nomic) were trained with them; without them their vectors are worse.
    """

    query: str = ""
    document: str = ""


NO_PREFIXES = Prefixes()


class Encoder(Protocol):
    """What turns texts into vectors; `revision` is the model's commit, "" where it has none."""

    @property
    def revision(self) -> str: ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of the texts, float32 [n, dimension]."""

    def with_prefix(self, prefix: str) -> Encoder:
        """The same model, with this before every text."""


@dataclass(frozen=True)
class SentenceEncoder:
    """An Encoder over a loaded sentence-transformers model; threads may share it."""

    model: Any
    # The fast tokenizers refuse to be used by two threads at once.
    lock: Lock
    prefix: str = ""

    @property
    def revision(self) -> str:
        configuration = getattr(getattr(self.model[0], "auto_model", None), "config", None)
        return getattr(configuration, "_commit_hash", None) or ""

    @property
    def own_prefixes(self) -> Prefixes:
        """Those that the model's files state, by the names sentence-transformers gives them."""
        stated = self.model.prompts
        default = stated.get(self.model.default_prompt_name) or ""
        documents = (stated.get(name) for name in ("document", "passage", "corpus"))
        return Prefixes(stated.get("query") or default, next(filter(None, documents), default))

    def with_prefix(self, prefix: str) -> SentenceEncoder:
        return replace(self, prefix=prefix)

    def encode(self, texts: Sequence[str]) -> Vectors:
        with self.lock:
            vectors = self.model.encode(
                list(texts), prompt=self.prefix, normalize_embeddings=True, show_progress_bar=False
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
    return SentenceEncoder(loaded, Lock())


def extra_is_installed() -> bool:
    """Whether the embeddings extra is installed; it is not loaded."""
    return importlib.util.find_spec("sentence_transformers") is not None


def require_extra() -> None:
    """Raises SimilarityUnavailable when the embeddings extra is not installed."""
    if not extra_is_installed():
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
