"""What made a released trace, by its batch and its calls."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from pipeline.core.prompts import load_prompt
from pipeline.models import Batch, Endpoint, Event, Trace
from review.exports.provenance import provenance_of, with_provenance
from review.exports.provenance.rows import vectors_revision, without_folder
from tests import factories
from tests.factories.endpoints import call

pytestmark = pytest.mark.django_db
RELATED = (
    *("batch__knowledge_graph", "batch__configuration", "question__question_set"),
    *("batch__reasoner_endpoint", "batch__reader_endpoint"),
)


@pytest.fixture
def batch():
    return factories.model_batch(2)


def calls_of(trace, *calls, **common):
    by = trace.batch.reasoner_endpoint
    for changes in calls:
        fields = {"trace": trace, "served_by": by, "prompt_name": "generate", **common, **changes}
        call(trace.batch, **fields)


def fetched(*traces):
    ids = [trace.pk for trace in traces]
    return list(Trace.objects.filter(pk__in=ids).select_related(*RELATED).order_by("pk"))


def provenance(trace):
    return provenance_of(fetched(trace)[0])


def test_a_demonstration_names_no_model_and_this_programs_version():
    made = factories.made_batch(1)
    said = provenance(made.traces.get())
    assert (said.reasoner, said.second_reader, said.calls) == (None, None, 0)
    assert said.software_version.startswith("0.")
    assert said.software_version == made.software_version
    assert (said.cost, said.input_tokens, said.embedding_model) == (None, 0, "")
    assert said.made_at.endswith("+00:00")


def test_a_model_is_named_as_its_endpoint_and_as_its_answers_name_it(batch):
    """A provider that renames its model on the way, and a gateway that changes the provider."""
    trace = batch.traces.first()
    reader = {"served_by": batch.reader_endpoint, "answer_model": "other-1"}
    calls_of(
        trace,
        {"answer_model": "model-r-0901", "answer_provider": "A"},
        {"answer_model": "model-r-1001", "answer_provider": "B"},
        {"answer_model": "model-r-0901"},
        {"answer_model": "", "status": "failed"},
        reader,
    )
    said = provenance(trace)
    assert said.reasoner.model == "model-r"
    assert said.reasoner.answered_as == ("model-r-0901", "model-r-1001")
    assert said.reasoner.provider == ("A", "B")
    assert said.second_reader.answered_as == ("other-1",)


def test_an_endpoint_that_was_given_another_model_since_does_not_rename_the_old_one(batch):
    Endpoint.objects.filter(name="reasoner").update(model="model-of-tomorrow")
    assert provenance(batch.traces.first()).reasoner.model == "model-r"


def test_tokens_and_cost_are_sums_and_replayed_calls_took_nothing(batch):
    trace = batch.traces.first()
    replayed = {"status": "replayed", "input_tokens": None, "output_tokens": None, "cost": None}
    unsent: dict[str, Any] = {"status": "failed", "error": "endpoint_unavailable: away", **replayed}
    unsent |= {"status": "failed", "cost": Decimal(0)}
    calls_of(trace, {}, {}, replayed, unsent)
    said = provenance(trace)
    assert (said.calls, said.replayed_calls) == (4, 1)
    assert (said.input_tokens, said.output_tokens) == (2000, 400)
    assert (said.cost, said.currency) == ("0.0032", "USD")


@pytest.mark.parametrize(
    "unknown",
    [
        {"input_tokens": None},
        {"status": "uncertain", "input_tokens": None, "output_tokens": None},
        {"status": "failed", "error": "malformed_output: no", "output_tokens": None},
    ],
)
def test_one_call_of_unknown_usage_makes_the_whole_unknown_and_never_0(batch, unknown):
    trace = batch.traces.first()
    calls_of(trace, {}, unknown, {})
    said = provenance(trace)
    assert (said.input_tokens, said.output_tokens, said.cost) == (None, None, None)


def test_an_unknown_price_or_two_currencies_give_no_cost(batch):
    first, second = batch.traces.all()
    calls_of(first, {}, {"cost": None})
    calls_of(second, {}, {"currency": "EUR"})
    assert provenance(first).cost is None
    assert provenance(first).input_tokens == 2000
    assert provenance(second).cost is None


def test_prompts_are_those_that_were_used_with_their_sums(batch):
    trace = batch.traces.first()
    calls_of(trace, {}, {"prompt_version": "v2"}, {"prompt_name": "embed"}, {})
    said = provenance(trace)
    assert [(one.name, one.version) for one in said.prompts] == [
        ("generate", "v1"),
        ("generate", "v2"),
    ]
    assert said.prompts[1].sha256 == load_prompt("generate", "v2").sha256


def test_temperature_and_reasoning_are_as_they_were_sent(batch):
    trace = batch.traces.first()
    sent = {"temperature": 0.7, "reasoning_effort": "high", "extra_body": {"think": True}}
    calls_of(trace, {"parameters": {"temperature": 0.0}, "prompt_name": "extract"})
    calls_of(trace, {"parameters": sent | {"schema": {"type": "object"}}})
    said = provenance(trace)
    assert said.temperature == 0.7
    assert said.reasoning == "reasoning_effort=high; think=true"


def test_an_old_batch_says_nothing_of_what_was_not_recorded(batch):
    Batch.objects.update(software_version="")
    trace = batch.traces.first()
    calls_of(trace, {"served_by": None})
    said = provenance(trace)
    assert (said.software_version, said.reasoner.answered_as) == ("", ())
    assert said.temperature is None


def test_many_traces_are_read_in_as_many_queries_as_one(batch, django_assert_num_queries):
    for trace in batch.traces.all():
        calls_of(trace, {}, {})
    one, two = fetched(batch.traces.first()), fetched(*batch.traces.all())
    with django_assert_num_queries(2):
        with_provenance(one)
    with django_assert_num_queries(2):
        assert [provenance_of(row).calls for row in with_provenance(two)] == [2, 2]


def test_the_embedding_models_revision_is_that_of_the_time_the_batch_began(batch):
    graph = batch.knowledge_graph
    for revision in ("r1", "r2"):
        Event.objects.record(
            "knowledge_graph.embedded", graph, by=None, model="mini", revision=revision
        )
    now = timezone.now()
    assert vectors_revision(graph, "mini", now) == "r2"
    assert vectors_revision(graph, "other", now) == ""
    assert vectors_revision(graph, "mini", now - timedelta(days=1)) == ""


@pytest.mark.parametrize(
    ("model", "shown"),
    [
        ("/opt/models/mini/", "mini"),
        ("C:\\models\\mini", "mini"),
        ("org/mini", "org/mini"),
        ("mini@host:1", "mini@host:1"),
    ],
)
def test_a_models_folder_stays_here(model, shown):
    assert without_folder(model) == shown


def test_no_key_is_in_what_is_said(batch, monkeypatch):
    monkeypatch.setenv("MEDREASON_LLM_KEY_R", "sk-planted")
    Endpoint.objects.update(key_variable="MEDREASON_LLM_KEY_R", key_encrypted="cipher-planted")
    calls_of(batch.traces.first(), {"answer_model": "m"})
    said = provenance(batch.traces.first()).model_dump_json()
    assert "planted" not in said
    assert "MEDREASON_LLM_KEY" not in said
