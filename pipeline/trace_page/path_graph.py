"""The paths of a trace as a graph for other tools: GraphML, or networkx's node-link JSON."""

import json
from typing import TYPE_CHECKING

from pipeline.core.records import TraceRecord
from pipeline.trace_page.layout import end_role

if TYPE_CHECKING:
    from networkx import MultiDiGraph

FORMATS = {"graphml": "application/graphml+xml", "json": "application/json"}


def path_graph(trace: TraceRecord) -> "MultiDiGraph[int]":
    """All kept paths as one directed multigraph; a node's key is its index in the graph.

    Edges run as the knowledge graph directs them and carry relation and polarity; `cited_by`
    holds the numbers of the steps that rest on an edge, joined by spaces, empty for none.
    """
    from networkx import MultiDiGraph  # only whoever asks for this file needs it

    graph: MultiDiGraph[int] = MultiDiGraph(question=trace.question.id_in_source)
    steps = trace.cot.steps if trace.cot else ()
    for path in trace.paths:
        for node in path.nodes:
            graph.add_node(
                node.index,
                name=node.name,
                type=node.type.value,
                identifier=node.identifier,
                source=node.source,
                grouped=node.grouped,
            )
        for edge in path.edges:
            graph.add_edge(
                edge.head,
                edge.tail,
                key=f"{edge.relation}: {edge.display_relation}",
                relation=edge.relation,
                display_relation=edge.display_relation,
                polarity=edge.polarity.value,
                cited_by=" ".join(str(step.number) for step in steps if edge in step.edges),
            )
    for path in trace.paths:  # after all nodes: one path's end may lie within another
        graph.nodes[path.nodes[0].index]["role"] = "question"
        graph.nodes[path.nodes[-1].index]["role"] = end_role(trace)
    return graph


def path_file(trace: TraceRecord, form: str) -> bytes:
    """The graph of the trace's paths in one of FORMATS."""
    import networkx

    graph = path_graph(trace)
    if form == "graphml":
        return "\n".join(networkx.generate_graphml(graph)).encode()
    return json.dumps(networkx.node_link_data(graph, edges="edges"), indent=1).encode()
