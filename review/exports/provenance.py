"""Provenance and terms of a released line, as far as its batch, calls and licences say them."""

from datetime import UTC

from pipeline.core.config import MethodConfig
from pipeline.core.release_format import ModelReference, Provenance, Terms
from pipeline.models import Endpoint, Trace
from pipeline.sources.publication import publication_of


def provenance_of(row: Trace) -> Provenance:
    """What made the trace."""
    batch = row.batch
    config = MethodConfig.from_json(batch.config)
    return Provenance(
        batch=batch.name,
        made_at=row.settled_at.astimezone(UTC).isoformat() if row.settled_at else "unknown",
        software_version=batch.software_version,
        reasoner=_model(batch.reasoner_endpoint),
        second_reader=_model(batch.reader_endpoint),
        embedding_model="",
        prompts=(),
        temperature=None,
        reasoning="",
        seed=config.seed,
        calls=row.calls.count(),
        input_tokens=None,
        output_tokens=None,
        cost=None,
        currency=batch.currency,
    )


def terms_of(row: Trace) -> Terms:
    """On which terms its parts may be used."""
    publication = publication_of(row.batch, row.question.question_set)
    return Terms(
        question=publication.question,
        graph=publication.graph,
        output=publication.output,
        together=publication.together,
    )


def _model(endpoint: Endpoint | None) -> ModelReference | None:
    if endpoint is None:
        return None
    return ModelReference(endpoint=endpoint.name, model=endpoint.model, answered_as=(), provider=())
