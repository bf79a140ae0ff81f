"""`provenance.json`: what holds for whole batches, with no secret in it."""

import json
from datetime import date
from hashlib import sha256

import pytest

from pipeline.models import Batch, Endpoint, KnowledgeGraph, QuestionLoad
from review.exports.provenance import provenance_text
from review.exports.provenance.document import host_of
from tests import factories
from tests.factories.endpoints import call, price

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch():
    return factories.model_batch(1)


def told(batch):
    batch = Batch.objects.get(pk=batch.pk)
    return json.loads(provenance_text([batch]))["batches"][0]


def asked(batch, **changes):
    fields = {"trace": batch.traces.first(), "served_by": batch.reasoner_endpoint}
    call(batch, **(fields | {"prompt_name": "generate", "prompt_version": "v2"} | changes))


def test_the_same_rows_give_the_same_text_in_whatever_order(batch):
    other = factories.made_batch(1)
    assert provenance_text([batch, other]) == provenance_text([other, batch])


def test_a_batch_is_told_with_configuration_prompts_graph_and_questions(batch):
    asked(batch, answer_model="model-r-2", answer_fingerprint="fp_1")
    asked(batch, prompt_name="embed")
    KnowledgeGraph.objects.update(source="https://example.org/kg")
    QuestionLoad.objects.create(
        question_set=batch.question_set, file_name="q.jsonl", added=1, known=0, rejected=0
    )
    said = told(batch)
    assert said["config_fingerprint"] == batch.config_fingerprint
    assert said["config"]["model"]["reasoner"] == "model-r"
    (prompt,) = said["prompts"]
    assert prompt["sha256"] == sha256(prompt["text"].encode()).hexdigest()
    graph = batch.knowledge_graph
    assert said["graph"]["checksum"] == graph.checksum
    assert (said["graph"]["licence"], said["graph"]["source"]) == (
        "CC0-1.0",
        "https://example.org/kg",
    )
    assert said["question_set"]["loads"][0]["file"] == "q.jsonl"
    assert said["software_version"] == batch.software_version != ""
    assert said["terms"]["together"] == "each part under its own licence: attribution"


def test_endpoints_are_told_by_host_with_the_names_that_they_gave(batch):
    asked(batch, answer_model="b", answer_provider="P")
    asked(batch, answer_model="a", answer_fingerprint="fp")
    reasoner, reader = told(batch)["endpoints"]
    assert (reasoner["role"], reasoner["host"]) == ("reasoner", "127.0.0.1:8081")
    assert (reasoner["answered_as"], reasoner["provider"]) == (["a", "b"], ["P"])
    assert (reasoner["builds"], reasoner["output_licence"]) == (["fp"], "Apache-2.0")
    assert (reader["role"], reader["answered_as"]) == ("second_reader", [])


def test_no_key_no_credentials_and_no_folder_of_this_machine_leave(batch):
    Endpoint.objects.update(key_variable="MEDREASON_LLM_KEY_R", key_encrypted="planted-cipher")
    Batch.objects.update(reasoner_base_url="https://me:planted-pass@llm.example/v1/planted-path")
    similarity = {**batch.config["similarity"], "backend": "dense", "model": "/opt/planted/mini"}
    Batch.objects.update(config={**batch.config, "similarity": similarity})
    text = provenance_text([Batch.objects.get()])
    assert "planted" not in text
    assert "MEDREASON_LLM_KEY" not in text
    assert json.loads(text)["batches"][0]["embedding_model"]["model"] == "mini"
    assert json.loads(text)["batches"][0]["config"]["similarity"]["model"] == "mini"


def test_prices_are_those_that_held_while_the_batch_ran(batch):
    for day, cost in ((date(2020, 1, 1), 1), (date(2021, 1, 1), 2), (date(2999, 1, 1), 3)):
        price(valid_from=day, input_per_million=cost)
    assert [line["valid_from"] for line in told(batch)["prices"]] == ["2021-01-01"]


def test_calls_are_summed_and_what_is_unknown_is_counted_apart(batch):
    asked(batch)
    asked(batch, input_tokens=None, output_tokens=None, cost=None)
    asked(batch, status="replayed", input_tokens=None, output_tokens=None, cost=None)
    said = told(batch)["calls"]
    assert (said["sent"], said["replayed"], said["of_unknown_usage"]) == (2, 1, 1)
    assert (said["input_tokens"], said["cost"]) == (1000, {"USD": "0.0016"})
    assert said["of_unknown_cost"] == 1


def test_an_old_batch_and_a_demonstration_say_nothing_of_what_there_is_not():
    made = factories.made_batch(1)
    Batch.objects.update(software_version="")
    said = told(made)
    assert (said["software_version"], said["endpoints"], said["prompts"]) == ("", [], [])
    assert said["embedding_model"] is None


@pytest.mark.parametrize(
    ("base_url", "host"),
    [
        ("https://user:secret@llm.example/v1", "llm.example"),
        ("http://127.0.0.1:8081/v1", "127.0.0.1:8081"),
        ("", ""),
    ],
)
def test_a_host_is_the_host_alone(base_url, host):
    assert host_of(base_url) == host
