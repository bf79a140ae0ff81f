"""The vectors in what a server answered to /v1/embeddings, each in its text's place.

Nothing is guessed: a vector is placed by its index, and an answer that is short, doubled, of
mixed sizes, of no numbers or of no direction is refused with a sentence.
"""

import base64
import binascii
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.core.embeddings.node_vectors import Matrix
from pipeline.core.llm.base import Usage

LARGEST = float(np.finfo(np.float32).max)
Numbers = npt.NDArray[np.float64]


class NoEmbeddings(ValueError):
    """The JSON an endpoint returned has not the shape of embeddings."""


class UnusableVectors(ValueError):
    """Embeddings that cannot be used; the message says why in a sentence."""


def read_vectors(body: object, *, count: int) -> Matrix:
    """Unit vectors, float32 [count, dimension], in the order of the texts that were sent.

    Raises NoEmbeddings or UnusableVectors.
    """
    match body:
        case {"data": list(items)} if all(isinstance(item, dict) for item in items):
            return _unit(np.stack(_in_order(items, count)))
    raise NoEmbeddings("no list of embeddings")


def read_usage(body: object) -> Usage:
    """The tokens read, None where the endpoint tells none; none is ever written."""
    match body:
        case {"usage": {"prompt_tokens": int(tokens)}} if tokens > 0:
            return Usage(int(tokens), 0)
    return Usage(None, 0)


def _in_order(items: list[dict[str, Any]], count: int) -> list[Numbers]:
    if len(items) != count:
        raise UnusableVectors(f"{count} texts were sent, and {len(items)} vectors came back.")
    by_place = {item["index"]: item for item in items if isinstance(item.get("index"), int)}
    if by_place.keys() != set(range(count)):
        raise UnusableVectors("The vectors do not say, each by its index, which text they are of.")
    vectors = [_vector(by_place[place].get("embedding")) for place in range(count)]
    sizes = sorted({len(vector) for vector in vectors})
    if len(sizes) > 1:
        raise UnusableVectors(f"The vectors have different dimensions: {sizes[0]} and {sizes[-1]}.")
    return vectors


def _vector(embedding: object) -> Numbers:
    """One vector, from a list of numbers or from base64 of little-endian float32."""
    if isinstance(embedding, str):
        return _decoded(embedding)
    if not isinstance(embedding, list) or not embedding:
        raise UnusableVectors("A text came back without a vector.")
    if isinstance(embedding[0], list):
        raise UnusableVectors(
            "A text came back as a vector for each token: the server has to pool them into one."
        )
    if not all(isinstance(number, int | float) for number in embedding):
        raise UnusableVectors("A vector holds what is no number.")
    # No server's numbers are larger; beyond any float they could not even be converted.
    if not all(abs(number) <= LARGEST for number in embedding):
        raise UnusableVectors("A vector holds what is no finite number.")
    return np.asarray(embedding, np.float64)


def _decoded(text: str) -> Numbers:
    try:
        vector = np.frombuffer(base64.b64decode(text, validate=True), "<f4").astype(np.float64)
    except (binascii.Error, ValueError):
        vector = np.empty(0)
    if not len(vector):
        raise UnusableVectors("A vector is neither a list of numbers nor base64 of such.")
    return vector


def _unit(vectors: Numbers) -> Matrix:
    if not np.isfinite(vectors).all():
        raise UnusableVectors("A vector holds what is no finite number.")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not (lengths > 0).all():
        raise UnusableVectors("A vector is zero in all places: it points nowhere.")
    return np.asarray(vectors / lengths, np.float32)
