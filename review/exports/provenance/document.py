"""`provenance.json`: what holds for whole batches, once in a file of the bundle.

Endpoints are named by host, never by path, credentials or key; a model's folder by its own name.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import urlsplit

from pipeline.core.config import LEXICAL, MethodConfig
from pipeline.core.embeddings.node_vectors import folder_of, read_meta
from pipeline.core.errors import Refusal
from pipeline.core.prompts import load_prompt
from pipeline.jobs.costs import costs_of
from pipeline.models import Batch, Endpoint, KnowledgeGraph, LLMCall, Price, QuestionSet
from pipeline.software import software_version
from pipeline.sources.open_graphs import vectors_folder
from pipeline.sources.publication import publication_of
from review.exports.provenance.rows import (
    instant,
    prompt_references,
    vectors_revision,
    without_folder,
)

PROVENANCE_NAME = "provenance.json"
FORMAT_VERSION = 1
# Those on which the traces or the files' bytes depend.
LIBRARIES = ("django", "numba", "numpy", "openai", "pyarrow", "pydantic", "sentence-transformers")
_GRAPH = (
    *("name", "version", "licence", "may_be_released", "source", "source_file", "checksum"),
    *("source_checksum", "synonyms_checksum", "node_count", "edge_count", "row_count"),
    *("synonym_count", "nodes_by_type", "rows_by_relation"),
)
_ROLES = ("reasoner", "reader", "embeddings")


def provenance_text(batches: Iterable[Batch]) -> str:
    """The provenance of batches as JSON: the same rows give the same text."""
    told = {
        "format_version": FORMAT_VERSION,
        "released_with": {"software_version": software_version(), "libraries": dict(_libraries())},
        "batches": [batch_facts(batch) for batch in sorted(batches, key=lambda one: one.pk)],
    }
    return json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def batch_facts(batch: Batch) -> dict[str, Any]:
    """What made a batch, and on which terms its parts are, as they are stated now."""
    publication = publication_of(batch)
    return {
        "name": batch.name,
        "software_version": batch.software_version,
        "started_at": instant(batch.started_at),
        "finished_at": instant(batch.finished_at),
        "reasoner_kind": batch.reasoner_kind,
        "configuration": batch.configuration_name,
        "config_fingerprint": batch.config_fingerprint,
        "config": _config(batch),
        "samples": batch.samples,
        "question_limit": batch.question_limit,
        "placebo_share": batch.placebo_share,
        "replay": batch.replay,
        "prompts": list(_prompts(batch)),
        "graph": _graph(batch.knowledge_graph),
        "imported_from": _imported(batch),
        "question_set": _question_set(batch.question_set),
        "endpoints": list(_endpoints(batch)),
        "prices": list(_prices(batch)),
        "embedding_model": _embedding(batch),
        "calls": _calls(batch),
        "terms": {
            "question": publication.question,
            "graph": publication.graph,
            "output": publication.output,
            "together": publication.together,
        },
    }


def _config(batch: Batch) -> dict[str, Any]:
    similarity = batch.config.get("similarity") or {}
    model = without_folder(similarity.get("model", ""))
    return {**batch.config, "similarity": {**similarity, "model": model}}


def _prompts(batch: Batch) -> Iterator[dict[str, str]]:
    """Those that its calls used, each with its text."""
    calls = LLMCall.objects.filter(batch=batch).order_by()
    used = calls.values_list("prompt_name", "prompt_version").distinct()
    for reference in prompt_references(used):
        text = load_prompt(reference.name, reference.version).template
        yield {**reference.model_dump(), "text": text}


def _graph(graph: KnowledgeGraph | None) -> dict[str, Any] | None:
    return {name: getattr(graph, name) for name in _GRAPH} if graph else None


def _imported(batch: Batch) -> dict[str, Any] | None:
    """The file of an imported batch, without what its left out rows hold."""
    said = batch.imported_from
    return {name: said[name] for name in said if name != "left_out"} if said else None


def _question_set(questions: QuestionSet) -> dict[str, Any]:
    loads = questions.loads.order_by("pk")
    return {
        "name": questions.name,
        "source": questions.source,
        "licence": questions.licence,
        "may_be_released": questions.may_be_released,
        "is_benchmark": questions.is_benchmark,
        "questions": questions.questions.count(),
        "loads": [
            {"file": load.file_name, "added": load.added, "loaded_at": instant(load.loaded_at)}
            for load in loads
        ],
    }


def _endpoints(batch: Batch) -> Iterator[dict[str, Any]]:
    model = MethodConfig.from_json(batch.config).model
    names = {"reasoner": model.reasoner, "reader": model.second_reader}
    for role in _ROLES:
        endpoint: Endpoint | None = getattr(batch, f"{role}_endpoint")
        if endpoint is not None:
            base_url = getattr(batch, f"{role}_base_url") or endpoint.base_url
            yield {
                "role": endpoint.role,
                "name": endpoint.name,
                "host": host_of(base_url),
                "model": names.get(role) or endpoint.model,
                "service_tier": endpoint.service_tier,
                "output_licence": endpoint.output_licence,
                "output_may_be_released": endpoint.output_may_be_released,
                **_answered(batch, endpoint),
            }


def host_of(base_url: str) -> str:
    """The host of a base URL with its port; nothing else of it."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    return f"{host}:{parts.port}" if parts.port else host


def _answered(batch: Batch, endpoint: Endpoint) -> dict[str, list[str]]:
    """The names that the answers gave, each once."""
    calls = LLMCall.objects.filter(batch=batch, served_by=endpoint).order_by()
    names = {"answered_as": "model", "provider": "provider", "builds": "fingerprint"}
    return {
        said: sorted(filter(None, calls.values_list(f"answer_{column}", flat=True).distinct()))
        for said, column in names.items()
    }


def _prices(batch: Batch) -> Iterator[dict[str, str]]:
    """The lines of the price table that held while the batch ran."""
    end = (batch.finished_at or batch.started_at).date()
    named = (batch.reasoner_endpoint, batch.reader_endpoint, batch.embeddings_endpoint)
    asked = {endpoint.pk: endpoint for endpoint in named if endpoint}
    for endpoint in asked.values():
        rows = Price.objects.filter(model=endpoint.model, service_tier=endpoint.service_tier)
        lines = list(rows.filter(valid_from__lte=end).order_by("valid_from"))
        yield from (_price(line) for line in _held(lines, batch))


def _held(lines: Sequence[Price], batch: Batch) -> Sequence[Price]:
    start = batch.started_at.date()
    before = [line for line in lines if line.valid_from <= start]
    return [*before[-1:], *(line for line in lines if line.valid_from > start)]


def _price(line: Price) -> dict[str, str]:
    names = ("model", "service_tier", "valid_from", "input_per_million", "output_per_million")
    return {name: str(getattr(line, name)) for name in (*names, "currency", "source")}


def _embedding(batch: Batch) -> dict[str, Any] | None:
    """The model, its revision when the batch began, and the vectors' sums where they are still
    that revision's; None where entities were linked by spelling."""
    similarity = MethodConfig.from_json(batch.config).similarity
    if similarity.backend == LEXICAL or batch.knowledge_graph is None:
        return None
    graph, model = batch.knowledge_graph, similarity.model
    revision = vectors_revision(graph, model, batch.started_at)
    told = {"model": without_folder(model), "revision": revision}
    try:
        summary, files = read_meta(folder_of(vectors_folder(graph), model))
    except Refusal:
        return told
    if not revision or summary.revision != revision:
        return told
    sums = {name: file["sha256"] for name, file in sorted(files.items())}
    return {**told, "dimension": summary.dimension, "vectors_sha256": sums}


def _calls(batch: Batch) -> dict[str, Any]:
    """All calls of the batch, those of failed traces and of placebos among them."""
    costs = costs_of(LLMCall.objects.of_job(batch))
    return {
        "sent": costs.sent,
        "failed": costs.failed,
        "uncertain": costs.uncertain,
        "replayed": costs.replayed,
        "input_tokens": costs.input_tokens,
        "output_tokens": costs.output_tokens,
        "of_unknown_usage": _of_unknown_usage(batch),
        "cost": {currency: format(amount.normalize(), "f") for currency, amount in costs.money},
        "of_unknown_cost": costs.unknown,
    }


def _of_unknown_usage(batch: Batch) -> int:
    """Calls whose tokens are not among those counted, since the endpoint told none."""
    answered = (LLMCall.Status.SETTLED, LLMCall.Status.UNCERTAIN)
    calls = LLMCall.objects.filter(batch=batch, status__in=answered)
    return calls.exclude(input_tokens__isnull=False, output_tokens__isnull=False).count()


def _libraries() -> Iterator[tuple[str, str]]:
    for name in LIBRARIES:
        try:
            yield name, version(name)
        except PackageNotFoundError:  # the embeddings extra is not installed
            continue
