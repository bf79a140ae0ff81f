"""Endpoints whose model embeds texts: what their vectors are called, and the door to ask one."""

from typing import Final

from django.utils import timezone

from pipeline.core.config import EMBEDDINGS_AT
from pipeline.core.embeddings.embedding_model import EmbeddingModel
from pipeline.core.errors import EndpointRefused, InvalidConfiguration
from pipeline.core.llm.exchange import Exchange
from pipeline.endpoints.allowed_hosts import target_of
from pipeline.endpoints.api_keys import key_of
from pipeline.endpoints.pinned_http import client_for
from pipeline.endpoints.registry import remember, require_usable
from pipeline.models import Endpoint, QuestionSet

ROLE: Final = Endpoint.Role.EMBEDDINGS


def embeddings_endpoint(name: str) -> Endpoint:
    """The endpoint of this name. Raises InvalidConfiguration unless its model embeds texts."""
    endpoint = Endpoint.objects.filter(name=name, role=ROLE).first()
    if endpoint is None:
        raise InvalidConfiguration(f"There is no endpoint named {name} whose role is embeddings.")
    return endpoint


def vectors_name(endpoint: Endpoint) -> str:
    """What names its model's vectors: the model and the host that serves it.

    The same name at two hosts may stand for two models, so each has vectors of its own.
    """
    return f"{endpoint.model}{EMBEDDINGS_AT}{target_of(endpoint.base_url)}"


def open_embedding_model(
    endpoint: Endpoint,
    *,
    question_set: QuestionSet | None,
    dimensions: int | None = None,
    seconds: float | None = None,
) -> EmbeddingModel:
    """The endpoint as an EmbeddingModel; None for the question set when none of its text is sent.

    `dimensions` asks for shorter vectors than the model's own. `seconds` is the time limit of an
    endpoint that is being tested. Raises EndpointRefused, before anything is sent, where host,
    key or the text's terms forbid it.
    """
    target = require_usable(endpoint, question_set=question_set)
    if endpoint.role != ROLE:
        raise EndpointRefused(f"The role of the endpoint {endpoint} is not embeddings.")
    if seconds is None and not endpoint.is_tested:
        raise EndpointRefused(
            f"The endpoint {endpoint} has not been tested yet: test it before it is used."
        )
    exchange = Exchange(
        "embeddings",
        endpoint.base_url,
        api_key=key_of(endpoint),
        timeout_seconds=seconds or endpoint.dialect.timeout_seconds,
        http_client=client_for(target),
    )
    return EmbeddingModel(endpoint.name, endpoint.model, exchange, dimensions)


def remember_dimension(endpoint: Endpoint, dimension: int) -> bool:
    """Keep what a test found, unless the endpoint has been changed since the test began."""
    return remember(endpoint, dimension=dimension, tested_at=timezone.now(), test_error="")
