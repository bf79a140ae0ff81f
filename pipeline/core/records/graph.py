"""Nodes, edges and paths of the knowledge graph."""

from dataclasses import dataclass
from enum import StrEnum


class NodeType(StrEnum):
    """PrimeKG's ten node types."""

    BIOLOGICAL_PROCESS = "biological_process"
    GENE_PROTEIN = "gene/protein"
    DISEASE = "disease"
    EFFECT_PHENOTYPE = "effect/phenotype"
    ANATOMY = "anatomy"
    MOLECULAR_FUNCTION = "molecular_function"
    DRUG = "drug"
    CELLULAR_COMPONENT = "cellular_component"
    PATHWAY = "pathway"
    EXPOSURE = "exposure"


class Polarity(StrEnum):
    """Whether an edge states that something holds, or that it must not or does not."""

    SUPPORTING = "supporting"
    NEGATIVE = "negative"


class SearchLayer(StrEnum):
    """Which relations the search that found a path walked over."""

    SPECIFIC = "specific"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the KG. `index` (PrimeKG's x_index) is its identity; the name is not."""

    index: int
    identifier: str
    name: str
    type: NodeType
    source: str

    @property
    def grouped(self) -> bool:
        """True for PrimeKG's fused diseases: a path through one cannot justify a subtype."""
        return self.source == "MONDO_grouped"


@dataclass(frozen=True, slots=True)
class Edge:
    """One statement of the KG, from `head` to `tail` (node indices) as the graph directs it."""

    head: int
    tail: int
    relation: str
    display_relation: str
    polarity: Polarity

    @property
    def negative(self) -> bool:
        return self.polarity is Polarity.NEGATIVE


@dataclass(frozen=True, slots=True)
class Path:
    """A chain of nodes and relations from a question entity to an answer entity.

    hops[i] holds every parallel edge between nodes[i] and nodes[i+1], in either direction.
    """

    nodes: tuple[Node, ...]
    hops: tuple[tuple[Edge, ...], ...]
    layer: SearchLayer

    @property
    def node_indices(self) -> tuple[int, ...]:
        return tuple(node.index for node in self.nodes)

    @property
    def edges(self) -> tuple[Edge, ...]:
        return tuple(edge for hop in self.hops for edge in hop)


@dataclass(frozen=True, slots=True)
class PairSearch:
    """What the search found between one question entity and one answer entity.

    `total` counts all shortest paths (0: none within the maximum length), `drawn` those drawn.
    """

    question_node: int
    answer_node: int
    distance: int | None
    total: int
    drawn: int
    layer: SearchLayer | None


@dataclass(frozen=True, slots=True)
class DroppedPath:
    """A path that was found and not kept, by its node indices, with the reason."""

    node_indices: tuple[int, ...]
    layer: SearchLayer
    reason: str
