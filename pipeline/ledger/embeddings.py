"""Embedding through the ledger: the calls of a test, of a graph's names, of a trace's mentions.

They are rows like any other call, priced, paced and repeated alike; those of a trace spend its
batch's budget. Their vectors are not kept: ten mentions in 1,024 numbers each would be 50 kB.
"""

import time
from dataclasses import replace
from functools import lru_cache
from typing import Final

from django.utils import timezone

from pipeline.core.embeddings.embedding_model import embed_request
from pipeline.core.embeddings.endpoint_encoder import EndpointEncoder, VectorMemory
from pipeline.core.embeddings.node_vectors import VectorsSummary
from pipeline.core.errors import MalformedOutput
from pipeline.endpoints.embeddings import open_embedding_model, remember_dimension
from pipeline.ledger import limits
from pipeline.ledger.budgets import TokenEstimator
from pipeline.ledger.call import ItemCalls
from pipeline.ledger.ledgered_model import LedgeredModel
from pipeline.ledger.prices import price_now
from pipeline.ledger.retry import RetryPolicy
from pipeline.models import Batch, Endpoint, Trace

# No model that understands a word takes them for one another.
TEST_TEXTS: Final = ("hypertension", "fracture of the wrist")
SAME: Final = 0.9999
MAX_MEMORIES: Final = 4
SECONDS_REMEMBERED: Final = 3600


def graph_encoder(
    endpoint: Endpoint, *, dimensions: int | None = None, texts_per_call: int
) -> EndpointEncoder:
    """What embeds a graph's names, for someone who wants the endpoint asked, whatever it did.

    Raises EndpointRefused where it may not be asked.
    """
    limits.allow_probe(endpoint, now=timezone.now())
    model = open_embedding_model(endpoint, question_set=None, dimensions=dimensions)
    ledgered = LedgeredModel(
        model, None, served_by=endpoint, price=price_now(endpoint), is_paced=True
    )
    return EndpointEncoder(ledgered, "embedding", texts_per_call=texts_per_call)


class MentionEncoders:
    """The encoders of a batch's mentions, by the model that made some vectors.

    What they remember is shared by a process, and forgotten after an hour: so soon is it noticed
    that the server's model has changed.
    """

    def __init__(self, batch: Batch, endpoint: Endpoint, summary: VectorsSummary) -> None:
        """Raises EndpointRefused where the batch's questions may not be sent there."""
        dimensions = summary.dimension if summary.shortened else None
        self._memory = _memory(
            endpoint.pk, summary.model, dimensions, int(time.time() / SECONDS_REMEMBERED)
        )
        self._model = LedgeredModel(
            open_embedding_model(endpoint, question_set=batch.question_set, dimensions=dimensions),
            None,
            served_by=endpoint,
            price=price_now(endpoint),
            token_estimator=TokenEstimator.from_ledger(batch, endpoint),
            is_paced=True,
            canary=embed_request(TEST_TEXTS, stage="probe"),
        )

    @property
    def opening(self) -> EndpointEncoder:
        """The encoder of no trace: it proves that the model is still the same."""
        return EndpointEncoder(self._model, "probe", memory=self._memory)

    def for_trace(self, trace: Trace, calls: ItemCalls) -> EndpointEncoder:
        """The encoder of a trace; `calls` tells afterwards how its calls went."""
        return EndpointEncoder(self._model.for_item(trace, calls), "linking", memory=self._memory)


def probe_embeddings(endpoint: Endpoint, *, seconds: float) -> Endpoint:
    """Ask for the vectors of two short texts, once, and remember their dimension.

    Raises EndpointRefused where it may not be asked, ReasonerFailure where it gives none.
    """
    model = open_embedding_model(endpoint, question_set=None, seconds=seconds)
    ledgered = LedgeredModel(
        model,
        None,
        served_by=endpoint,
        price=price_now(endpoint),
        retry_policy=replace(RetryPolicy.from_settings(), max_attempts=1),
    )
    vectors = EndpointEncoder(ledgered, "probe").encode(TEST_TEXTS)
    if float(vectors[0] @ vectors[1]) > SAME:
        raise MalformedOutput(
            f"{endpoint} gives the same vector for different texts: its model does not embed.",
            stage="probe",
        )
    remember_dimension(endpoint, vectors.shape[1])
    return endpoint


@lru_cache(maxsize=MAX_MEMORIES)
def _memory(endpoint: int, model: str, dimensions: int | None, hour: int) -> VectorMemory:
    return VectorMemory()
