"""Paths of a few nodes, made by hand for tests of what is drawn and read."""

from itertools import pairwise

from pipeline.core.kg.relations import RELATIONS
from pipeline.core.records import Edge, Node, NodeType, Path, SearchLayer

INDICATION = ("indication", "indication")
CONTRAINDICATION = ("contraindication", "contraindication")
PRESENT = ("disease_phenotype_positive", "phenotype present")
ABSENT = ("disease_phenotype_negative", "phenotype absent")
SYNERGY = ("drug_drug", "synergistic interaction")


def node(index: int, name: str = "", kind: str = "disease", source: str = "MONDO") -> Node:
    return Node(index, f"id{index}", name or f"node {index}", NodeType(kind), source)


def edge(head: int, tail: int, relation: tuple[str, str] = INDICATION) -> Edge:
    return Edge(head, tail, *relation, RELATIONS[relation].polarity)


def path(*nodes: Node, hops: tuple[tuple[Edge, ...], ...] | None = None) -> Path:
    """A path over the nodes; without hops, one forward indication joins each two."""
    indices = [one.index for one in nodes]
    joined = hops or tuple((edge(one, other),) for one, other in pairwise(indices))
    return Path(nodes, joined, SearchLayer.WHOLE)
