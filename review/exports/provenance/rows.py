"""Provenance and terms of a released line, as far as its batch, calls and licences say them."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import lru_cache

from pipeline.core.config import LEXICAL, MethodConfig
from pipeline.core.prompts import PromptError, load_prompt
from pipeline.core.release_format import (
    ImportReference,
    ModelReference,
    PromptReference,
    Provenance,
    Terms,
)
from pipeline.models import Batch, Endpoint, Event, KnowledgeGraph, Trace
from pipeline.sources.publication import publication_of
from review.exports.provenance.calls import AnsweredAs, TraceCalls, calls_of

NO_CALLS = TraceCalls()
UNKNOWN = "unknown"
# Where `with_provenance` keeps it, as prefetched rows are kept.
KEPT = "released_provenance"


def with_provenance(rows: Iterable[Trace]) -> list[Trace]:
    """The traces with what made each of them, read together: `provenance_of` then asks nothing.

    Their batches and their batches' endpoints should be fetched with them.
    """
    traces = list(rows)
    found = calls_of(trace.pk for trace in traces)
    facts = {trace.batch_id: trace.batch for trace in traces}
    of_batch = {pk: _BatchFacts(batch) for pk, batch in facts.items()}
    for trace in traces:
        provenance = of_batch[trace.batch_id].of(trace, found.get(trace.pk, NO_CALLS))
        setattr(trace, KEPT, provenance)
    return traces


def provenance_of(row: Trace) -> Provenance:
    """What made the trace; for many, fetch them `with_provenance` first."""
    kept: Provenance | None = getattr(row, KEPT, None)
    return kept or provenance_of(with_provenance([row])[0])


def terms_of(row: Trace) -> Terms:
    """On which terms its parts may be used."""
    publication = publication_of(row.batch, row.question.question_set)
    return Terms(
        question=publication.question,
        graph=publication.graph,
        output=publication.output,
        together=publication.together,
    )


def licence_of(row: Trace) -> str:
    """The licence of the row as a whole, by those of its parts."""
    return publication_of(row.batch, row.question.question_set).whole


class _BatchFacts:
    """What all traces of a batch have in common."""

    def __init__(self, batch: Batch) -> None:
        self.batch, self.config = batch, MethodConfig.from_json(batch.config)
        self.embedding_model = embedding_model(batch, self.config)

    def of(self, row: Trace, calls: TraceCalls) -> Provenance:
        batch, model = self.batch, self.config.model
        return Provenance(
            batch=batch.name,
            made_at=UNKNOWN if batch.is_imported else instant(row.settled_at) or UNKNOWN,
            software_version=batch.software_version,
            reasoner=_model(batch.reasoner_endpoint, model.reasoner, calls.answered),
            second_reader=_model(batch.reader_endpoint, model.second_reader, calls.answered),
            embedding_model=self.embedding_model,
            prompts=prompt_references(calls.prompts),
            temperature=calls.temperature,
            reasoning=reasoning_words(calls.reasoning),
            seed=self.config.seed,
            calls=calls.calls,
            replayed_calls=calls.replayed,
            input_tokens=calls.input_tokens,
            output_tokens=calls.output_tokens,
            cost=_amount(calls),
            currency=calls.currency or batch.currency,
            imported=import_reference(batch),
        )


def import_reference(batch: Batch) -> ImportReference | None:
    """Where the chains of thought of an imported batch come from; None for any other."""
    said = batch.imported_from
    if said is None:
        return None
    parts = {part: str(said[part]) for part in ("author", "file", "sha256", "imported_at")}
    return ImportReference.model_validate(parts)


def instant(at: datetime | None) -> str:
    """A time in UTC, as ISO 8601 has it; empty where there is none."""
    return at.astimezone(UTC).isoformat() if at else ""


def prompt_references(prompts: Iterable[tuple[str, str]]) -> tuple[PromptReference, ...]:
    """The released prompts among names and versions of calls, in order, each with its sum."""
    found = (_prompt(name, version) for name, version in sorted(prompts))
    return tuple(reference for reference in found if reference)


@lru_cache(maxsize=256)
def _prompt(name: str, version: str) -> PromptReference | None:
    try:
        sha256 = load_prompt(name, version).sha256
    except PromptError:  # texts to be embedded, for one, have no prompt
        return None
    return PromptReference(name=name, version=version, sha256=sha256)


def reasoning_words(sent: Mapping[str, object]) -> str:
    """What was sent beyond the messages, such as "reasoning_effort=high"."""
    return "; ".join(
        f"{name}={value if isinstance(value, str) else json.dumps(value, sort_keys=True)}"
        for name, value in sorted(sent.items())
    )


def embedding_model(batch: Batch, config: MethodConfig) -> str:
    """The model by whose vectors entities were linked, with its revision where it is known."""
    if config.similarity.backend == LEXICAL:
        return ""
    model = without_folder(config.similarity.model)
    revision = vectors_revision(batch.graph, config.similarity.model, batch.started_at)
    return f"{model} (revision {revision})" if revision else model


def without_folder(model: str) -> str:
    """A model that was opened from a folder by that folder's own name: paths stay here."""
    is_path = model.startswith(("/", ".", "~")) or "\\" in model
    return model.replace("\\", "/").rstrip("/").rpartition("/")[2] if is_path else model


def vectors_revision(graph: KnowledgeGraph, model: str, at: datetime) -> str:
    """The revision of the model that had embedded the graph at a time; empty: not known."""
    embedded = Event.objects.filter(
        action="knowledge_graph.embedded",
        subject_type=KnowledgeGraph._meta.label_lower,
        subject_id=str(graph.pk),
        at__lte=at,
        payload__model=model,
    )
    latest = embedded.order_by("-pk").first()
    return str(latest.payload.get("revision") or "") if latest else ""


def _model(
    endpoint: Endpoint | None, model: str, answered: Mapping[int | None, AnsweredAs]
) -> ModelReference | None:
    if endpoint is None:
        return None
    named = answered.get(endpoint.pk, AnsweredAs())
    return ModelReference(
        endpoint=endpoint.name,
        model=model or endpoint.model,
        answered_as=tuple(named.models),
        provider=tuple(named.providers),
    )


def _amount(calls: TraceCalls) -> str | None:
    if calls.cost is None or not calls.currency:
        return None
    return format(calls.cost.normalize(), "f")
