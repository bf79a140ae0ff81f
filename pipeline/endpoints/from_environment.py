"""Endpoints that the environment describes, entered and kept as it says.

MEDREASON_LLM_REASONER_URL, _MODEL and _KEY_VARIABLE describe one named `reasoner`,
MEDREASON_LLM_READER_URL and so on one named `reader`.
"""

from dataclasses import dataclass

from django.conf import settings

from pipeline.core.errors import EndpointRefused
from pipeline.endpoints.registry import EndpointTerms, GivenKey, change_endpoint, create_endpoint
from pipeline.models import Endpoint

ROLES = {"reasoner": Endpoint.Role.REASONER, "reader": Endpoint.Role.SECOND_READER}


@dataclass(frozen=True)
class Described:
    """What the environment says of one endpoint."""

    name: str
    base_url: str
    model: str
    key_variable: str

    def __post_init__(self) -> None:
        if not (self.base_url and self.model):
            prefix = f"MEDREASON_LLM_{self.name.upper()}"
            raise EndpointRefused(f"{prefix}_URL and {prefix}_MODEL go together: give both.")


def endpoints_from_environment() -> list[tuple[Endpoint, str]]:
    """Enter or change what the environment describes; each endpoint with what was done.

    Limits, tier and timeout, which it does not describe, stay as a lead set them. Raises
    EndpointRefused for a host, key or value that cannot be.
    """
    return [_kept(one) for one in _described()]


def _described() -> list[Described]:
    return [Described(name, *said) for name, said in settings.LLM_ENDPOINTS.items() if any(said)]


def _kept(said: Described) -> tuple[Endpoint, str]:
    endpoint = Endpoint.objects.filter(name=said.name).first()
    key = GivenKey(variable=said.key_variable)
    if endpoint is None:
        terms = EndpointTerms(ROLES[said.name], said.base_url, said.model)
        return create_endpoint(said.name, terms=terms, key=key), "entered from the environment"
    terms = EndpointTerms(
        role=ROLES[said.name],
        base_url=said.base_url,
        model=said.model,
        service_tier=endpoint.service_tier,
        timeout_seconds=endpoint.timeout_seconds,
        requests_per_minute=endpoint.requests_per_minute,
        tokens_per_minute=endpoint.tokens_per_minute,
    )
    held = (endpoint.role, endpoint.base_url, endpoint.model, endpoint.key_variable)
    given = (terms.role, terms.base_url.rstrip("/"), terms.model, said.key_variable)
    if held == given:
        return endpoint, "as the environment says"
    return change_endpoint(endpoint, terms=terms, key=key), "changed as the environment says"
