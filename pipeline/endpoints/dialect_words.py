"""An endpoint's dialect in words, for pages and commands."""

from pipeline.models import Endpoint

ANSWER_FORMATS = {"json_schema": "JSON schema", "json_object": "JSON object", "plain": "plain text"}


def answer_format_of(endpoint: Endpoint) -> str:
    """What the endpoint's answers are held by; says so where that is not known yet."""
    if not endpoint.is_tested:
        return "not tested yet"
    if endpoint.role == Endpoint.Role.EMBEDDINGS:
        return f"vectors of {endpoint.dimension:,} numbers"
    return ANSWER_FORMATS[endpoint.dialect.answer_format]
