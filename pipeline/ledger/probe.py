"""Testing an endpoint: how well it holds an answer to a schema, probed once and remembered.

The few small calls this takes are rows of the ledger like any other, without a batch.
"""

from dataclasses import replace

from pipeline.core.llm.base import LanguageModel
from pipeline.core.llm.dialects import AnswerFormat, dialect_of
from pipeline.endpoints.registry import open_model, remember_found
from pipeline.ledger.embeddings import probe_embeddings
from pipeline.ledger.ledgered_model import LedgeredModel
from pipeline.ledger.prices import price_now
from pipeline.ledger.retry import RetryPolicy
from pipeline.models import Endpoint

# A lead waits for the page meanwhile.
MAX_SECONDS = 30


def probe_endpoint(endpoint: Endpoint) -> Endpoint:
    """Find the endpoint's dialect, or its vectors' dimension, and remember it.

    Each call is tried once.

    Raises EndpointRefused where it may not be asked, ReasonerFailure where it does not answer.
    """
    if endpoint.role == Endpoint.Role.EMBEDDINGS:
        return probe_embeddings(endpoint, seconds=MAX_SECONDS)
    # The client library takes its time to load: only those who call a model need it.
    from pipeline.core.llm.capability import probe

    known = dialect_of(endpoint.base_url, {}, endpoint.dialect_stated)

    def model_at(answer_format: AnswerFormat) -> LanguageModel:
        seconds = min(known.timeout_seconds, MAX_SECONDS)
        dialect = replace(known, answer_format=answer_format, timeout_seconds=seconds)
        model = open_model(endpoint, question_set=None, dialect=dialect)
        return LedgeredModel(
            model,
            None,
            served_by=endpoint,
            price=price_now(endpoint),
            retry_policy=replace(RetryPolicy.from_settings(), max_attempts=1),
        )

    remember_found(endpoint, {"answer_format": probe(model_at)})
    return endpoint


def probe_if_untested(endpoint: Endpoint) -> Endpoint:
    """As `probe_endpoint`, for an endpoint that was not tested yet."""
    return endpoint if endpoint.is_tested else probe_endpoint(endpoint)
