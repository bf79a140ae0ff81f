"""A server that embeds as an encoder of the tests does, or answers as a test tells it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pipeline.core.embeddings.encoder import Encoder
from tests.factories.encoders import Letters
from tests.peers.faulty_server import FaultyServer, Reply, faulty_server, status


def embedded(vectors: list[Any], **changes: object) -> Reply:
    """The reply of a server that works; it counts seven tokens a text."""
    data = [
        {"object": "embedding", "index": place, "embedding": vector}
        for place, vector in enumerate(vectors)
    ]
    tokens = 7 * len(vectors)
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return status(200, {"object": "list", "data": data, "usage": usage} | changes)


@contextmanager
def embeddings_server(encoder: Encoder | None = None) -> Iterator[FaultyServer]:
    """It gives the encoder's vectors; without one, those of Letters, twice as long."""
    model = encoder or Letters()
    with faulty_server(status(500)) as server:
        server.reply = lambda handler: embedded(
            (2 * model.encode(server.asked[-1]["input"])).tolist()
        )(handler)
        yield server
