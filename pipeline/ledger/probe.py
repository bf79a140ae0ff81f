"""Testing an endpoint: what it is able to hold an answer to, found once and remembered.

The few small calls this takes stand in the ledger like any other, without a batch.
"""

from dataclasses import replace

from pipeline.core.llm.base import LanguageModel
from pipeline.endpoints.registry import open_model, remember_capability
from pipeline.ledger.ledgered_model import LedgeredModel
from pipeline.ledger.prices import price_now
from pipeline.ledger.retry import Patience
from pipeline.models import Endpoint

# A lead waits for the page meanwhile.
LONGEST_SECONDS = 30


def probe_endpoint(endpoint: Endpoint) -> Endpoint:
    """Find the endpoint's capability and remember it; each call is tried once.

    Raises EndpointRefused where it may not be asked, ReasonerFailure where it does not answer.
    """
    # The client library takes its time to load: only those who call a model need it.
    from pipeline.core.llm.capability import probe

    def model_at(capability: str) -> LanguageModel:
        seconds = min(endpoint.timeout_seconds, LONGEST_SECONDS)
        opened = open_model(
            endpoint, question_set=None, capability=capability, timeout_seconds=seconds
        )
        return LedgeredModel(
            opened,
            None,
            served_by=endpoint,
            price=price_now(endpoint),
            patience=replace(Patience.configured(), attempts=1),
        )

    remember_capability(endpoint, probe(model_at))
    return endpoint


def probe_if_untested(endpoint: Endpoint) -> Endpoint:
    """As `probe_endpoint`, for an endpoint whose capability is not known yet."""
    return endpoint if endpoint.capability else probe_endpoint(endpoint)
