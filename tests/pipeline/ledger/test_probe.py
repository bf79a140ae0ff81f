"""Testing an endpoint: the best it can be held to, remembered; every call in the ledger."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from pipeline.core.errors import (
    EndpointRefused,
    EndpointUnavailable,
    MalformedOutput,
    ReasonerFailure,
    TransientFailure,
)
from pipeline.core.llm.base import Answer, Request, Usage
from pipeline.core.llm.dialects import Dialect
from pipeline.endpoints.registry import set_active
from pipeline.ledger import probe
from pipeline.models import Endpoint, LLMCall
from tests.factories.endpoints import endpoint, price
from tests.peers.llama_cpp import MODEL

pytestmark = pytest.mark.django_db


@dataclass
class Scripted:
    """A model that is held to one answer format and obeys some."""

    answer_format: str
    obeys: tuple[str, ...]
    failure: ReasonerFailure | None
    endpoint: str = "reasoner"
    model: str = "model-r"

    def ask(self, request: Request) -> Answer:
        if self.failure:
            raise self.failure
        if self.answer_format not in self.obeys:
            raise MalformedOutput("Hello!", stage=request.stage, text="Hello!")
        return Answer("{}", {}, "stop", Usage(20, 5))


@pytest.fixture
def obeying(monkeypatch):
    def at(*obeys: str, failure: ReasonerFailure | None = None) -> None:
        def opened(row: Endpoint, *, dialect: Dialect, **_: Any) -> Scripted:
            return Scripted(dialect.answer_format, obeys, failure)

        monkeypatch.setattr(probe, "open_model", opened)

    return at


@pytest.mark.parametrize("best", ["json_schema", "json_object", "plain"])
def test_the_best_capability_is_remembered(obeying, best):
    obeying(best, "plain")
    row = probe.probe_endpoint(endpoint(tested=False))
    assert row.dialect.answer_format == best
    assert row.is_tested


def test_its_calls_are_rows_without_a_batch_and_cost_what_they_cost(obeying):
    obeying("json_object")
    price()
    row = probe.probe_endpoint(endpoint(tested=False))
    failed, settled = LLMCall.objects.all()
    assert (failed.status, settled.status) == ("failed", "settled")
    assert {failed.batch, settled.batch, failed.trace} == {None}
    assert {failed.served_by, settled.served_by} == {row}
    assert (settled.input_tokens, settled.cost) == (20, Decimal("0.000035"))


def test_an_endpoint_that_does_not_answer_stays_as_it_was(obeying):
    obeying(failure=EndpointUnavailable("no answer", stage="probe"))
    row = endpoint()
    with pytest.raises(EndpointUnavailable):
        probe.probe_endpoint(row)
    assert Endpoint.objects.get().dialect.answer_format == "json_schema"
    assert LLMCall.objects.get().status == "failed"


def test_a_lead_does_not_wait_for_further_attempts(obeying):
    obeying(failure=TransientFailure("busy", stage="probe", retry_after=0.0))
    with pytest.raises(TransientFailure):
        probe.probe_endpoint(endpoint(tested=False))
    assert LLMCall.objects.get().attempts == 1


def test_what_is_known_is_not_asked_again(obeying):
    obeying("plain")
    probe.probe_if_untested(endpoint())
    assert not LLMCall.objects.exists()
    assert probe.probe_if_untested(endpoint("new", tested=False)).dialect.answer_format == "plain"


def test_what_may_not_be_asked_is_refused_before_a_row_is_written():
    row = set_active(endpoint(), active=False)
    with pytest.raises(EndpointRefused):
        probe.probe_endpoint(row)
    assert not LLMCall.objects.exists()


def test_a_real_server_is_tested_through_the_pinned_client(peer):
    row = probe.probe_endpoint(endpoint(base_url=peer.base_url, model=MODEL, tested=False))
    assert row.dialect.answer_format == "json_schema"
    assert LLMCall.objects.filter(status="settled").count() == 1
