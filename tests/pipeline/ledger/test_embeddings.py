"""Linking through an embeddings endpoint: tested, embedded, ledgered, and never in silence."""

from dataclasses import replace
from decimal import Decimal
from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from pipeline.batches import lifecycle
from pipeline.core.config import SimilarityConfig, preset
from pipeline.core.embeddings.node_vectors import folder_of, read_meta
from pipeline.core.errors import InvalidConfiguration, MalformedOutput
from pipeline.endpoints.registry import change_endpoint
from pipeline.ledger import embeddings
from pipeline.ledger.probe import probe_endpoint
from pipeline.models import Batch, Endpoint, Event, LLMCall
from pipeline.sources.open_graphs import vectors_folder
from tests import factories
from tests.factories.encoders import Letters
from tests.factories.endpoints import endpoint, price, terms
from tests.peers.embeddings_server import embedded, embeddings_server
from tests.peers.faulty_server import status
from tests.peers.llama_cpp import Peer

pytestmark = pytest.mark.django_db
MODEL = "someone/letters"


@pytest.fixture(autouse=True)
def no_memory():
    embeddings._memory.cache_clear()


@pytest.fixture
def server():
    with embeddings_server() as running:
        yield running


def embedder(base_url, **changes):
    row = endpoint("embedder", role="embeddings", base_url=base_url, model=MODEL, **changes)
    Endpoint.objects.filter(pk=row.pk).update(tested_at=None)
    row.refresh_from_db()
    return row


def run(*arguments, **options):
    out = StringIO()
    call_command("embed_graph", *arguments, stdout=out, **options)
    return out.getvalue()


def batch_on(graph, *, questions=None, **changes):
    similarity = SimilarityConfig(backend="dense", model="endpoint:embedder", **changes)
    return lifecycle.start_batch(
        questions or factories.question_set(2, name=f"{graph.name}-questions"),
        knowledge_graph=graph,
        config=replace(preset("demonstration"), similarity=similarity),
    )


def test_a_test_shows_the_dimension_and_is_a_priced_call(server):
    price(MODEL)
    row = probe_endpoint(embedder(server.base_url))
    assert (row.dimension, row.is_tested) == (26, True)
    call = LLMCall.objects.get()
    assert (call.prompt_name, call.status, call.batch) == ("embed", "settled", None)
    assert (call.input_tokens, call.output_tokens, call.cost) == (14, 0, Decimal("0.000014"))
    assert call.answer_value == {"vectors": 2, "dimension": 26}
    assert call.answer_text == ""


def test_a_model_that_tells_nothing_apart_does_not_pass(server):
    server.reply = embedded([[1.0, 2.0], [2.0, 4.0]])
    row = embedder(server.base_url)
    with pytest.raises(MalformedOutput, match="same vector for different texts"):
        probe_endpoint(row)
    assert not Endpoint.objects.get().is_tested


def test_another_model_or_role_is_tested_again(server):
    row = probe_endpoint(embedder(server.base_url))
    change_endpoint(row, terms=terms(role="embeddings", base_url=server.base_url, model="other"))
    assert (row.dimension, row.is_tested) == (None, False)
    probe_endpoint(row)
    change_endpoint(row, terms=terms(role="reasoner", base_url=server.base_url, model="other"))
    assert not row.is_tested


def test_a_graph_is_embedded_and_a_batch_links_by_it(server):
    graph = factories.graph()
    output = run("small", endpoint=embedder(server.base_url).name)
    name = f"{MODEL} at 127.0.0.1:{server.port}"
    assert f"embedded: 10 names, 26 dimensions, model {name}." in output
    assert "already embedded" in run("small", endpoint="embedder")
    assert Event.objects.get(action="knowledge_graph.embedded").payload["model"] == name
    batch = batch_on(graph)
    assert batch.config["similarity"]["model"] == name
    assert lifecycle.run_batch(batch) == 2
    batch.refresh_from_db()
    assert batch.state == Batch.State.FINISHED


def linking_calls():
    return LLMCall.objects.filter(stage="linking")


def test_mentions_without_a_name_are_embedded_once_in_the_ledger_of_their_batch(server):
    price(MODEL)
    graph = factories.graph()
    run("small", endpoint=embedder(server.base_url).name)
    batch = batch_on(graph, questions=factories.misspelt_set())
    lifecycle.run_batch(batch)
    first, *others = linking_calls()
    assert [m["content"] for m in first.messages] == ["Salbutamoll"]
    assert (first.batch, first.trace.batch, others) == (batch, batch, [])
    batch.refresh_from_db()
    assert (batch.spent_tokens, batch.reserved_tokens) == (7, 0)
    assert batch.spent_money == first.cost == Decimal("0.000007")


def test_names_and_mentions_have_their_own_prefixes(server):
    graph = factories.graph()
    row = embedder(server.base_url)
    run("small", endpoint=row.name, query_prefix="query: ", document_prefix="passage: ")
    sent = [text for call in server.asked[1:] for text in call["input"]]
    assert all(text.startswith("passage: ") for text in sent)
    lifecycle.run_batch(batch_on(graph, questions=factories.misspelt_set()))
    assert server.asked[-1]["input"] == ["query: Salbutamoll"]
    with pytest.raises(CommandError, match=r"'query: ' for texts .* --anew replaces"):
        run("small", endpoint=row.name, query_prefix="other: ")
    summary, _ = read_meta(folder_of(vectors_folder(graph), f"{MODEL} at 127.0.0.1:{server.port}"))
    assert (summary.query_prefix, summary.document_prefix) == ("query: ", "passage: ")


def test_shorter_vectors_are_asked_for_at_linking_too():
    with embeddings_server(Letters(size=12)) as server:
        graph = factories.graph()
        row = embedder(server.base_url)
        assert "12 dimensions" in run("small", endpoint=row.name, dimensions=12)
        lifecycle.run_batch(batch_on(graph, questions=factories.misspelt_set()))
        assert {call.get("dimensions") for call in server.asked[1:]} == {12}


def test_an_interrupted_embedding_goes_on_where_it_stopped(server, monkeypatch):
    monkeypatch.setattr("pipeline.core.embeddings.embed.CHUNK_SIZE", 4)
    factories.graph()
    row = probe_endpoint(embedder(server.base_url))
    working, server.reply = server.reply, status(401)
    with pytest.raises(CommandError, match=r"API key \(401\).* What is written is kept: run again"):
        run("small", endpoint=row.name)
    answers = iter([working] * 3 + [status(401)])
    server.reply = lambda handler: next(answers)(handler)
    assert "run again" in fails("small", endpoint=row.name)
    server.reply, before = working, len(server.asked)
    run("small", endpoint=row.name, names_per_call=3)
    dimension, *proof, rest = [len(call["input"]) for call in server.asked[before:]]
    assert (dimension, proof, rest) == (1, [3, 1], 2)


def fails(*arguments, **options):
    with pytest.raises(CommandError) as raised:
        run(*arguments, **options)
    return str(raised.value)


def ready(server, graph):
    """The graph embedded by the server's model; it remembers nothing of it."""
    run(graph.name, endpoint=embedder(server.base_url).name)
    embeddings._memory.cache_clear()
    return graph


def paused(batch):
    lifecycle.run_batch(batch)
    batch.refresh_from_db()
    assert batch.state == Batch.State.PAUSED
    return batch.pause_reason


def test_a_server_whose_model_changed_is_refused(server):
    class Mirrored(Letters):
        def encode(self, texts):
            return np.ascontiguousarray(super().encode(texts)[:, ::-1])

    batch = batch_on(ready(server, factories.graph()))
    server.reply = lambda handler: embedded(Mirrored().encode(server.asked[-1]["input"]).tolist())(
        handler
    )
    assert "made by another version of the model" in paused(batch)
    assert not linking_calls().exists()


def test_a_batch_needs_the_endpoint_it_began_with(server):
    graph = ready(server, factories.graph())
    batch_on(graph)
    row = Endpoint.objects.get()
    change_endpoint(row, terms=terms(role="embeddings", base_url=server.base_url, model="other"))
    batch = Batch.objects.get()
    assert "no longer what the batch began with" in paused(batch)


def test_questions_go_to_the_endpoint_only_where_their_terms_allow(server, settings):
    settings.LLM_HOSTS = ["embed.example"]
    graph = ready(server, factories.graph())
    Endpoint.objects.update(base_url="https://embed.example/v1")
    with pytest.raises(InvalidConfiguration, match="it may not go to embed"):
        batch_on(graph, questions=factories.misspelt_set())


def test_a_configuration_names_an_endpoint_that_embeds():
    endpoint("embedder")
    with pytest.raises(InvalidConfiguration, match="no endpoint named embedder whose role is"):
        batch_on(factories.graph())


def test_an_endpoint_that_fails_while_linking_is_a_typed_failure_or_a_pause(server):
    batch = batch_on(ready(server, factories.graph()), questions=factories.misspelt_set())
    answers = [server.reply, embedded([[0.0] * 26]), status(401)]
    server.reply = lambda handler: answers.pop(0)(handler)
    lifecycle.run_batch(batch)
    trace = batch.traces.get()
    assert (trace.failure_stage, trace.failure_reason) == ("linking", "malformed_output")
    lifecycle.retry_failed(batch, reason="malformed_output")
    assert "does not accept the API key" in paused(batch)
    assert batch.traces.filter(state="pending").count() == 1


def test_a_spent_budget_pauses_before_a_mention_is_sent(server):
    batch = batch_on(ready(server, factories.graph()), questions=factories.misspelt_set())
    Batch.objects.filter(pk=batch.pk).update(budget_tokens=1)
    assert "Budget spent" in paused(batch)
    assert not linking_calls().exists()


def test_llama_cpp_embeds_a_graph_and_links_by_it(peer_model):
    graph = factories.graph()
    with Peer(peer_model, embeds=True) as peer:
        embedder(peer.base_url)
        assert "64 dimensions" in run("small", endpoint="embedder")
        batch = batch_on(graph, questions=factories.misspelt_set())
        assert lifecycle.run_batch(batch) == 1
    call = linking_calls().get()
    assert call.status == "settled"
    assert call.input_tokens > 0
