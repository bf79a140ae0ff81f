"""A trace's paths as files that other tools read: nothing of an edge is lost on the way."""

import io
import json
from dataclasses import replace

import networkx
import pytest
from django.urls import reverse

from pipeline import store
from pipeline.core.records import Polarity, Side
from pipeline.models import Trace
from pipeline.trace_page.path_graph import FORMATS, path_file, path_graph
from tests import actors, factories


@pytest.fixture
def row(db) -> Trace:
    return factories.made_batch(1).traces.get()


def read(content: bytes, form: str):
    if form == "graphml":
        return networkx.read_graphml(io.BytesIO(content), node_type=int, force_multigraph=True)
    return networkx.node_link_graph(json.loads(content), edges="edges")


@pytest.mark.parametrize("form", FORMATS)
def test_every_edge_comes_back_with_relation_direction_and_polarity(row, form):
    trace = store.trace_record(row)
    graph = read(path_file(trace, form), form)
    assert {
        (head, tail, edge["relation"], edge["display_relation"], edge["polarity"])
        for head, tail, edge in graph.edges(data=True)
    } == {
        (edge.head, edge.tail, edge.relation, edge.display_relation, edge.polarity.value)
        for path in trace.paths
        for edge in path.edges
    }
    assert {(index, graph.nodes[index]["name"]) for index in graph} == {
        (node.index, node.name) for path in trace.paths for node in path.nodes
    }


@pytest.mark.parametrize("form", FORMATS)
def test_a_negative_edge_stays_negative(row, form):
    trace = store.trace_record(row)
    path = trace.paths[0]
    hops = tuple(
        tuple(replace(edge, polarity=Polarity.NEGATIVE) for edge in hop) for hop in path.hops
    )
    graph = read(path_file(replace(trace, paths=(replace(path, hops=hops),)), form), form)
    assert {polarity for *_, polarity in graph.edges(data="polarity")} == {"negative"}


@pytest.mark.parametrize("form", FORMATS)
def test_a_name_that_xml_cannot_hold_is_still_a_file(row, form):
    trace = store.trace_record(row)
    path = trace.paths[0]
    nodes = (replace(path.nodes[0], name="<b>\x0bname & more"), *path.nodes[1:])
    graph = read(path_file(replace(trace, paths=(replace(path, nodes=nodes),)), form), form)
    assert "name & more" in graph.nodes[nodes[0].index]["name"]


@pytest.mark.parametrize("form", FORMATS)
def test_ends_and_citing_steps_are_marked(row, form):
    trace = store.trace_record(row)
    graph = read(path_file(trace, form), form)
    roles = {index: role for index, role in graph.nodes(data="role") if role}
    assert roles[trace.paths[0].nodes[0].index] == "question"
    assert roles[trace.paths[0].nodes[-1].index] == "answer"
    cited = {edge for step in trace.cot.steps for edge in step.edges}
    assert cited
    assert sum(bool(steps) for *_, steps in graph.edges(data="cited_by")) == len(cited)


def test_ends_at_an_explanations_entities_are_no_answers(row):
    trace = store.trace_record(row)
    linked = tuple(
        replace(entity, mention=replace(entity.mention, side=Side.EXPLANATION))
        if entity.mention.side is Side.ANSWER
        else entity
        for entity in trace.linked
    )
    graph = path_graph(replace(trace, linked=linked))
    roles = {graph.nodes[path.nodes[-1].index]["role"] for path in trace.paths}
    assert roles == {"explanation"}


@pytest.mark.parametrize(("form", "content_type"), FORMATS.items())
def test_a_lead_downloads_it_from_the_traces_page(row, form, content_type):
    client = actors.signed_in(actors.lead())
    address = reverse("pipeline:trace_paths", args=[row.key, form])
    assert address in client.get(reverse("pipeline:trace", args=[row.key])).content.decode()
    response = client.get(address)
    assert response.headers["Content-Type"] == content_type
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert response.content == path_file(store.trace_record(row), form)


def test_a_trace_that_is_not_made_has_none(db):
    row = factories.batch(1).traces.get()
    client = actors.signed_in(actors.lead())
    assert client.get(reverse("pipeline:trace_paths", args=[row.key, "json"])).status_code == 404
