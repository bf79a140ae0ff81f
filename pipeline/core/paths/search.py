"""Searches the shortest paths between a question entity and an answer entity.

Method: MedReason (arXiv 2504.00993), section 3, with two differences. Paths run over
node identities and carry every parallel relation, and (with `two_layers`) the graph is first
searched without the generic layers, through which most label-free shortest paths run.
"""

import hashlib
from functools import lru_cache

import numpy as np

from pipeline.core.config import SearchConfig
from pipeline.core.errors import InvalidConfiguration
from pipeline.core.kg.adjacency import Mask, relation_mask
from pipeline.core.kg.artefact import NODE_TYPES
from pipeline.core.kg.index import GraphIndex
from pipeline.core.kg.relations import RELATION_NAMES, RelationSpec
from pipeline.core.paths.assembly import records_of
from pipeline.core.paths.sampling import PathSample, Subgraph, sample_shortest
from pipeline.core.records import PairSearch, Path, SearchLayer


def search_pair(
    graph: GraphIndex, question_node: int, answer_node: int, config: SearchConfig, seed: int
) -> tuple[PairSearch, tuple[Path, ...]]:
    """All shortest paths between two nodes, counted, and at most `paths_per_pair` of them.

    A path is a sequence of nodes; each hop carries every edge the configuration and the
    layer allow. Paths are drawn uniformly without replacement by a seed of `seed` and the
    pair, and come ordered by their node indices. `node_types` binds in-between nodes only.
    The same node on both sides has distance 0 and no path; no path within `maximum_length`
    gives distance None and layer None. Raises KeyError for a node the graph lacks,
    InvalidConfiguration for a relation PrimeKG does not have.
    """
    sample = sample_pair(graph, question_node, answer_node, config, seed)
    if sample is None:
        distance = 0 if question_node == answer_node else None
        return PairSearch(question_node, answer_node, distance, 0, 0, None), ()
    layer, subgraph, (total, positions) = sample
    paths = records_of(graph, positions, layer, subgraph.relations)
    distance = positions.shape[1] - 1
    return PairSearch(question_node, answer_node, distance, total, len(paths), layer), paths


def sample_pair(
    graph: GraphIndex, question_node: int, answer_node: int, config: SearchConfig, seed: int
) -> tuple[SearchLayer, Subgraph, PathSample] | None:
    """`search_pair` without records: the layer that has paths, and those drawn."""
    start, goal = graph.position(question_node), graph.position(answer_node)
    if start == goal:
        return None
    pair_seed = hashlib.sha256(f"{seed}:{question_node}:{answer_node}".encode()).digest()
    for layer, subgraph in subgraphs(graph, config):
        sample = sample_shortest(subgraph, start, goal, config.paths_per_pair, pair_seed)
        if sample.total:
            return layer, subgraph, sample
    return None


@lru_cache(maxsize=4)
def subgraphs(graph: GraphIndex, config: SearchConfig) -> tuple[tuple[SearchLayer, Subgraph], ...]:
    """The layers to search in turn, each with its part of the graph.

    Raises InvalidConfiguration for a relation PrimeKG does not have.
    """
    if unknown := [name for name in config.relations if name not in RELATION_NAMES]:
        raise InvalidConfiguration(f"search.relations: PrimeKG has no {', '.join(unknown)}.")

    def allowed(spec: RelationSpec) -> bool:
        named = not config.relations or spec.relation in config.relations
        return named and not (spec.negative and config.negative_edges == "exclude")

    def subgraph(mask: Mask) -> Subgraph:
        return Subgraph(graph.adjacency, graph.types, between, mask, config.maximum_length)

    allowed_types = [not config.node_types or kind in config.node_types for kind in NODE_TYPES]
    between = np.array(allowed_types, np.bool_)
    whole = SearchLayer.WHOLE, subgraph(relation_mask(allowed))
    if not config.two_layers:
        return (whole,)
    specific = relation_mask(lambda spec: allowed(spec) and not spec.generic)
    return (SearchLayer.SPECIFIC, subgraph(specific)), whole
