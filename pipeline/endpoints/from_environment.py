"""Endpoints that the environment describes, created and changed to match it.

MEDREASON_LLM_REASONER_URL, _MODEL and _KEY_VARIABLE describe one named `reasoner`,
MEDREASON_LLM_READER_URL and so on one named `reader`. _OUTPUT_LICENCE states the terms of what a
new one writes; those of one that is there are corrected with their reason (`manage.py set_terms`).
"""

from dataclasses import dataclass

from django.conf import settings

from pipeline.core.errors import EndpointRefused
from pipeline.endpoints.registry import ApiKeyInput, EndpointTerms, change_endpoint, create_endpoint
from pipeline.models import Endpoint

ROLES = {"reasoner": Endpoint.Role.REASONER, "reader": Endpoint.Role.SECOND_READER}


@dataclass(frozen=True)
class EndpointVariables:
    """What the environment says of one endpoint."""

    name: str
    base_url: str
    model: str
    key_variable: str
    output_licence: str = ""

    def __post_init__(self) -> None:
        if not (self.base_url and self.model):
            prefix = f"MEDREASON_LLM_{self.name.upper()}"
            raise EndpointRefused(f"{prefix}_URL and {prefix}_MODEL go together: give both.")


def endpoints_from_environment() -> list[tuple[Endpoint, str]]:
    """Create or change what the environment describes; each endpoint with what was done.

    Limits, tier and dialect, which it does not describe, stay as a lead set them. Raises
    EndpointRefused for a host, key or value that cannot be.
    """
    return [
        _create_or_change(EndpointVariables(name, *values))
        for name, values in settings.LLM_ENDPOINTS.items()
        if any(values)
    ]


def _create_or_change(variables: EndpointVariables) -> tuple[Endpoint, str]:
    endpoint = Endpoint.objects.filter(name=variables.name).first()
    key = ApiKeyInput(variable=variables.key_variable)
    if endpoint is None:
        terms = EndpointTerms(
            ROLES[variables.name],
            variables.base_url,
            variables.model,
            output_licence=variables.output_licence,
        )
        return create_endpoint(variables.name, terms=terms, key=key), "entered from the environment"
    terms = EndpointTerms.of(
        endpoint,
        role=ROLES[variables.name],
        base_url=variables.base_url,
        model=variables.model,
        output_licence=variables.output_licence,
        output_may_be_released=False,
    )
    current = (endpoint.role, endpoint.base_url, endpoint.model, endpoint.key_variable)
    wanted = (terms.role, terms.base_url.rstrip("/"), terms.model, variables.key_variable)
    if current == wanted:
        return endpoint, "as the environment says"
    return change_endpoint(endpoint, terms=terms, key=key), "changed as the environment says"
