"""Builds the graph artefact from a source file: all of it, or nothing.

`build_index` reads PrimeKG's CSV, sorts nodes by x_index, lays the statements out as compressed
sparse rows, names and synonyms as hash indexes, and writes the artefact in one rename.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.core.errors import SourceFileError
from pipeline.core.kg.adjacency import TAIL_BIT
from pipeline.core.kg.artefact import (
    FORMAT_VERSION,
    NODE_TYPES,
    Array,
    GraphSummary,
    content_checksum,
    write_arrays,
    write_meta,
)
from pipeline.core.kg.name_index import NameIndex
from pipeline.core.kg.names import normalise
from pipeline.core.kg.new_folder import new_folder
from pipeline.core.kg.relations import SPECS
from pipeline.core.kg.source.primekg_format import PrimeKG
from pipeline.core.kg.source.source_file import Progress
from pipeline.core.kg.source.statements import Statements
from pipeline.core.kg.source.synonyms import Synonyms, read_synonyms
from pipeline.core.kg.string_table import StringTable
from pipeline.core.records import Node

STRING_TABLES: Final = ("names", "identifiers", "sources", "normalised", "synonyms")


def build_index(
    source: Path, folder: Path, progress: Progress | None = None, *, synonyms: Path | None = None
) -> GraphSummary:
    """Reads `source` (kg.csv, plain or gzip) and writes the artefact `folder`, new and whole.

    `synonyms` may name a synonyms file. Raises SourceFileError for either file, ArtefactError
    when `folder` exists already; then, as after any other error, nothing remains on disk.
    `progress`: (bytes read, bytes in all).
    """
    # pyarrow loads only where a graph is read, never in the web process.
    from pipeline.core.kg.source.primekg import read_primekg

    with new_folder(folder) as partial:
        graph = read_primekg(source, progress)
        if not len(graph.statements.codes):
            raise SourceFileError(source.name, 0, "the file has no edges besides self-loops")
        other_names = _synonyms(synonyms, graph)
        arrays, longest = _arrays(graph, other_names)
        files = write_arrays(partial, arrays)
        checksum = content_checksum({name: str(file["sha256"]) for name, file in files.items()})
        summary = _summary(graph, checksum, longest, other_names)
        write_meta(partial, summary, files)
    return summary


def _synonyms(path: Path | None, graph: PrimeKG) -> Synonyms:
    """The file's synonyms, each once, without those that repeat the node's own name."""
    if path is None:
        return Synonyms()
    names = {node.index: node.name for node in graph.nodes}
    source_synonyms = read_synonyms(path, names.keys())
    entries = (entry for entry in source_synonyms.entries if entry.text != names[entry.node])
    return Synonyms(source_synonyms.source_checksum, tuple(dict.fromkeys(entries)))


def _arrays(graph: PrimeKG, synonyms: Synonyms) -> tuple[dict[str, Array], int]:
    """Every array of the artefact, and the number of words of the longest normal name."""
    order = np.argsort(np.array([node.index for node in graph.nodes], np.int64))
    nodes = [graph.nodes[position] for position in order]
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    normalised = [normalise(node.name) for node in nodes]
    also = [normalise(synonym.text) for synonym in synonyms.entries]
    tables = {
        "names": [node.name for node in nodes],
        "identifiers": [node.identifier for node in nodes],
        "sources": [node.source for node in nodes],
        "normalised": normalised,
        "synonyms": [synonym.text for synonym in synonyms.entries],
    }
    node_arrays = _node_arrays(nodes)
    arrays = {
        **node_arrays,
        **_adjacency_arrays(graph.statements, rank),
        **_name_index("name", normalised),
        **_name_index("synonym", also),
        "synonym_nodes": _positions_of(synonyms, node_arrays["indices"]),
        **_string_arrays(tables),
    }
    return arrays, max(len(name.split()) for name in (*normalised, *also))


def _positions_of(synonyms: Synonyms, indices: Array) -> Array:
    named = np.array([synonym.node for synonym in synonyms.entries], np.int64)
    return np.searchsorted(indices, named).astype(np.int32)


def _node_arrays(nodes: Sequence[Node]) -> dict[str, Array]:
    codes = {kind: code for code, kind in enumerate(NODE_TYPES)}
    return {
        "indices": np.array([node.index for node in nodes], np.int64),
        "types": np.array([codes[node.type] for node in nodes], np.uint8),
    }


def _adjacency_arrays(statements: Statements, rank: npt.NDArray[np.int32]) -> dict[str, Array]:
    """Two entries a statement, sorted by node, neighbour and relation."""
    heads, tails = rank[statements.heads], rank[statements.tails]
    codes = statements.codes.astype(np.int64)
    # One number an entry sorts many times faster than three columns.
    forward = _entry_key(heads, tails, len(rank)) | codes
    backward = _entry_key(tails, heads, len(rank)) | codes | TAIL_BIT
    entries = np.concatenate([forward, backward])
    del forward, backward
    entries.sort()
    nodes, neighbours = np.divmod(entries >> 8, len(rank))
    offsets = np.zeros(len(rank) + 1, np.int64)
    np.cumsum(np.bincount(nodes, minlength=len(rank)), out=offsets[1:])
    return {
        "offsets": offsets,
        "neighbours": neighbours.astype(np.int32),
        "codes": entries.astype(np.uint8),
    }


def _entry_key(
    nodes: npt.NDArray[np.int32], neighbours: npt.NDArray[np.int32], node_count: int
) -> npt.NDArray[np.int64]:
    # The low byte stays free for the code of the relation.
    return (nodes.astype(np.int64) * node_count + neighbours) << 8


def _name_index(prefix: str, normal_names: Sequence[str]) -> dict[str, Array]:
    hashes, entries = NameIndex.pack(normal_names)
    return {f"{prefix}_hashes": hashes, f"{prefix}_entries": entries}


def _string_arrays(tables: dict[str, list[str]]) -> dict[str, Array]:
    arrays: dict[str, Array] = {}
    for name in STRING_TABLES:
        packed = StringTable.pack(tables[name])
        arrays |= {name: packed.blob, f"{name}_offsets": packed.offsets}
    return arrays


def _summary(
    graph: PrimeKG, checksum: str, longest_name_words: int, synonyms: Synonyms
) -> GraphSummary:
    statements = graph.statements
    edges = np.bincount(statements.codes, minlength=len(SPECS)).tolist()
    types = Counter(node.type for node in graph.nodes)
    return GraphSummary(
        source_checksum=graph.source_checksum,
        checksum=checksum,
        format_version=FORMAT_VERSION,
        node_count=len(graph.nodes),
        edge_count=len(statements.codes),
        row_count=graph.row_count,
        nodes_by_type={str(kind): types[kind] for kind in NODE_TYPES if types[kind]},
        rows_by_relation={
            "/".join(spec.key): 2 * count for spec, count in zip(SPECS, edges, strict=True) if count
        },
        dropped_self_loops=statements.dropped_self_loops,
        dropped_duplicates=statements.dropped_duplicates,
        longest_name_words=longest_name_words,
        synonyms_checksum=synonyms.source_checksum,
        synonym_count=len(synonyms.entries),
    )
