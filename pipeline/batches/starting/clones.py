"""Another batch like one there is: what to enter for it, and what is no longer there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pipeline.batches.starting.names import next_name
from pipeline.configurations.registry import all_configurations
from pipeline.core.config import EMBEDDINGS_ENDPOINT, LEXICAL, MethodConfig
from pipeline.core.settings.check_shares import shares_in_words
from pipeline.models import Batch, Configuration, Endpoint, KnowledgeGraph

NOT_MADE_HERE = "The batch was imported: only its questions are taken over."
ROLES = {"reasoner": Endpoint.Role.REASONER, "reader": Endpoint.Role.SECOND_READER}


@dataclass(frozen=True)
class Clone:
    """Values of the form that starts a batch, by field; `changed` says what is not as it was."""

    values: dict[str, Any]
    changed: tuple[str, ...] = field(default=())


def clone_of(batch: Batch) -> Clone:
    """Everything that the batch was started with, as far as it can be had again.

    A trial lends the batch that it was made for its name; any other batch's is counted on. Of an
    imported batch only the questions can be had again: the method makes its own traces of them.
    """
    if batch.is_imported:
        return Clone({"question_set": batch.question_set_id}, (NOT_MADE_HERE,))
    configuration = _configuration_now(batch)
    values = {
        "name": batch.name if batch.is_trial else next_name(batch.name),
        "question_set": batch.question_set_id,
        "knowledge_graph": batch.knowledge_graph_id,
        "limit": batch.question_limit,
        "samples": batch.samples,
        "placebo_percent": f"{batch.placebo_share * 100:.10g}",
        "seed": batch.config["seed"],
        "replay": batch.replay,
        "budget_money": batch.budget_money,
        "budget_tokens": batch.budget_tokens,
        **{f"{role}_endpoint": _endpoint_now(batch, role) for role in ROLES},
    }
    if configuration is not None:
        values |= {"configuration": configuration.name, **_set_otherwise(batch, configuration)}
    return Clone(values, tuple(_changes(batch, configuration)))


def _configuration_now(batch: Batch) -> Configuration | None:
    name = batch.configuration_name
    found = (row for row in all_configurations() if row.name == name and row.is_current)
    return next(found, None)


def _endpoint_now(batch: Batch, role: str) -> int | None:
    """The endpoint's key, if it may still be chosen in this role."""
    endpoint: Endpoint | None = getattr(batch, f"{role}_endpoint")
    if endpoint is None or not endpoint.is_active or endpoint.role != ROLES[role]:
        return None
    return endpoint.pk


def _set_otherwise(batch: Batch, configuration: Configuration) -> dict[str, Any]:
    """What the batch set beside its configuration."""
    config, base = MethodConfig.from_json(batch.config), configuration.method_config
    values: dict[str, Any] = {"checks": shares_in_words(config.checks, base=base.checks)}
    if batch.embeddings_endpoint is not None:
        values["similarity"] = f"{EMBEDDINGS_ENDPOINT}{batch.embeddings_endpoint}"
    elif config.similarity != base.similarity:
        dense = config.similarity.backend == "dense"
        values["similarity"] = config.similarity.model if dense else LEXICAL
    if not batch.is_demonstration and config.model.temperature != base.model.temperature:
        values["temperature"] = config.model.temperature
        values["own_temperature"] = config.model.temperature is None
    return values


def _changes(batch: Batch, configuration: Configuration | None) -> Iterator[str]:
    if configuration is None:
        yield (
            f"The configuration {batch.configuration_name} is no longer there, or was saved with "
            "an earlier version of the method: choose another."
        )
    elif _is_of_earlier_method(batch):
        yield (
            f"The batch was begun with an earlier version of the method; {configuration} has "
            "this version's settings."
        )
    yield from _newer_graph(batch)
    for role in ROLES:
        yield from _changed_endpoint(batch, role)


def _is_of_earlier_method(batch: Batch) -> bool:
    return MethodConfig.from_json(batch.config).fingerprint != batch.config_fingerprint


def _newer_graph(batch: Batch) -> Iterator[str]:
    graph = batch.graph
    newer = KnowledgeGraph.objects.filter(name=graph.name, version__gt=graph.version)
    if (newest := newer.order_by("-version").first()) is not None:
        yield f"The graph is {graph}, as it was; there is a newer one, {newest}."


def _changed_endpoint(batch: Batch, role: str) -> Iterator[str]:
    endpoint: Endpoint | None = getattr(batch, f"{role}_endpoint")
    if endpoint is None:
        return
    title = ROLES[role].label.lower()
    if _endpoint_now(batch, role) is None:
        yield f"The endpoint {endpoint} is no longer in use as {title}: choose another."
        return
    model = batch.config["model"]["reasoner" if role == "reasoner" else "second_reader"]
    before, now = (model, getattr(batch, f"{role}_base_url")), (endpoint.model, endpoint.base_url)
    if before != now:
        yield (
            f"The endpoint {endpoint} is {now[0]} at {now[1]} now; the batch asked {before[0]} "
            f"at {before[1]}."
        )
