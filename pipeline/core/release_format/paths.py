"""Paths of a released line: the graph they come from, their nodes and relations."""

from typing import Literal, Self

from pydantic import model_validator

from pipeline.core.release_format.base import Schema, Text


class GraphReference(Schema):
    """The knowledge graph a trace was made on; `checksum` is the artefact's sha256."""

    name: Text
    version: Text
    checksum: Text


class ReleasedEdge(Schema):
    """One statement of the graph, from node index `head` to node index `tail`."""

    head: int
    tail: int
    relation: Text
    display_relation: str
    polarity: Literal["supporting", "negative"]


class ReleasedNode(Schema):
    """A node; `index` is its identity in the graph, `identifier` its id in `source`."""

    index: int
    identifier: str
    name: Text
    type: Text
    source: str
    grouped: bool


class ReleasedPath(Schema):
    """A path; `hops[i]` holds every parallel edge between `nodes[i]` and `nodes[i+1]`."""

    layer: Text
    nodes: tuple[ReleasedNode, ...]
    hops: tuple[tuple[ReleasedEdge, ...], ...]
    cited: bool

    @property
    def edges(self) -> tuple[ReleasedEdge, ...]:
        """All edges, hop by hop: `invalid_edges` of grades counts these, from 0."""
        return tuple(edge for hop in self.hops for edge in hop)

    @model_validator(mode="after")
    def _chain_holds(self) -> Self:
        pairs = zip(self.nodes, self.nodes[1:], strict=False)
        ends = [{left.index, right.index} for left, right in pairs]
        joined = [{frozenset((edge.head, edge.tail)) for edge in hop} for hop in self.hops]
        if joined != [{frozenset(pair)} for pair in ends]:
            raise ValueError("a hop does not join the two nodes it stands between")
        return self
