"""Another batch like one there is: everything it was started with, and what is gone is said."""

from decimal import Decimal
from typing import Any

import pytest

from pipeline.batches.lifecycle import start_batch
from pipeline.batches.starting.clones import clone_of
from pipeline.configurations.registry import configuration_named, save_configuration
from pipeline.core.config import SimilarityConfig, preset
from pipeline.core.settings.changes import with_settings
from pipeline.endpoints.registry import EndpointTerms, change_endpoint, set_active
from pipeline.forms.jobs.batches import BatchForm
from pipeline.models import Batch, Configuration
from tests import factories
from tests.factories.endpoints import endpoint, price, reader

pytestmark = pytest.mark.django_db


def started(data: dict[str, Any]) -> Batch:
    """A batch from the form, as a lead starts it."""
    form = BatchForm(data)
    assert form.is_valid(), form.errors
    return start_batch(form.cleaned_data["question_set"], **form.choices())


def entered(**changes: Any) -> dict[str, Any]:
    price("model-r")
    price("model-s")
    return {
        "name": "Pilot",
        "question_set": factories.question_set(8).pk,
        "knowledge_graph": factories.graph().pk,
        "configuration": "lexical",
        "limit": 6,
        "samples": 2,
        "placebo_percent": 12.5,
        "checks": "without_cot=0.5, rivals=2",
        "seed": 7,
        "reasoner_endpoint": endpoint().pk,
        "reader_endpoint": reader().pk,
        "temperature": 0.7,
        "budget_money": Decimal("1.5"),
        "budget_tokens": 90_000,
    } | changes


KEPT = (
    *("question_set", "knowledge_graph", "config", "config_fingerprint", "configuration"),
    *("samples", "placebo_share", "question_limit", "replay", "budget_money", "budget_tokens"),
    *("reasoner_endpoint", "reader_endpoint"),
)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"replay": "on", "limit": "", "budget_money": "", "checks": ""},
        {"temperature": "", "samples": 1, "own_temperature": "on"},
        {"temperature": "", "samples": 1, "placebo_percent": ""},
    ],
    ids=str,
)
def test_the_form_filled_from_a_batch_starts_the_same_again(changes):
    first = started(entered(**changes))
    clone = clone_of(first)
    assert clone.changed == ()
    again = started({name: "" if one is None else one for name, one in clone.values.items()})
    assert again.name == "Pilot, 2"
    for name in KEPT:
        assert getattr(again, name) == getattr(first, name), name


def test_a_saved_configuration_and_other_similarity_are_kept():
    save_configuration("k5", config=with_settings("default", {"prune.keep": 5}))
    first = factories.model_batch(
        1, config=preset("lexical"), configuration=configuration_named("k5")
    )
    clone = clone_of(first)
    assert clone.values["configuration"] == "k5"
    assert clone.values["similarity"] == "lexical"
    same = factories.batch(1)
    assert "similarity" not in clone_of(same).values
    assert SimilarityConfig() == preset("lexical").similarity


def test_what_is_no_longer_there_is_said_and_left_open():
    batch = started(entered())
    set_active(batch.reasoner_endpoint, active=False)
    second = batch.reader_endpoint
    change_endpoint(second, terms=EndpointTerms.of(second, model="model-t"))
    factories.graph(batch.knowledge_graph.name)
    clone = clone_of(Batch.objects.get(pk=batch.pk))
    assert clone.values["reasoner_endpoint"] is None
    assert clone.values["reader_endpoint"] == second.pk
    said = " ".join(clone.changed)
    assert "reasoner is no longer in use as reasoner" in said
    assert "reader is model-t" in said
    assert "asked model-s" in said


def test_a_newer_graph_is_said_and_the_old_one_kept():
    batch = factories.batch(1)
    newer = batch.knowledge_graph
    old = newer.pk
    newer.pk, newer.version, newer.checksum, newer.folder = None, 2, "c" * 64, "elsewhere"
    newer.save()
    clone = clone_of(Batch.objects.get(pk=batch.pk))
    assert clone.values["knowledge_graph"] == old
    assert "there is a newer one, batch-graph v2" in clone.changed[0]


def test_an_earlier_version_of_the_method_is_said(monkeypatch):
    save_configuration("k5", config=with_settings("lexical", {"prune.keep": 5}))
    row = configuration_named("k5")
    batch = factories.model_batch(1, config=row.method_config, configuration=row)
    Batch.objects.update(config_fingerprint="0" * 64)
    assert "earlier version of the method" in clone_of(Batch.objects.get()).changed[0]
    monkeypatch.setattr(Configuration, "is_current", property(lambda row: row.name != "k5"))
    clone = clone_of(Batch.objects.get(pk=batch.pk))
    assert "configuration" not in clone.values
    assert "k5 is no longer there" in clone.changed[0]
