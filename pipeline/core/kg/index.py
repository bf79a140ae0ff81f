"""The knowledge graph opened for reading: nodes, names and edges from a memory-mapped index.

Identity is PrimeKG's x_index everywhere in the public methods; positions (0 .. n-1, ascending
x_index) serve the search alone. Opening costs milliseconds, processes share the pages, and
nothing is written, so one object serves many threads.
"""

from bisect import bisect_left
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.core.errors import ArtefactError
from pipeline.core.kg.adjacency import RELATION_BITS, SPECIFIC, TAIL_BIT, WHOLE, Adjacency, Mask
from pipeline.core.kg.artefact import (
    NODE_TYPES,
    Array,
    GraphSummary,
    file_checksum,
    map_arrays,
    read_meta,
)
from pipeline.core.kg.build import STRING_TABLES, build_index
from pipeline.core.kg.name_index import NameIndex
from pipeline.core.kg.names import normalise
from pipeline.core.kg.relations import SPECS
from pipeline.core.kg.source.synonyms import Synonym
from pipeline.core.kg.string_table import StringTable
from pipeline.core.records import Edge, Node, NodeType, SearchLayer

__all__ = ["GraphIndex", "GraphSummary", "Synonym", "build_index"]

NODE_CACHE_SIZE: Final = 16_384  # records of nodes read, some 350 bytes each


class GraphIndex:
    """One immutable knowledge graph. Unknown node indices raise KeyError."""

    def __init__(self, folder: Path, summary: GraphSummary, arrays: dict[str, Array]) -> None:
        self._folder = folder
        self.summary = summary
        self._indices: npt.NDArray[np.int64] = arrays["indices"]
        self._ascending = arrays["indices"].data
        self.types: npt.NDArray[np.uint8] = arrays["types"]
        self.adjacency = Adjacency(arrays["offsets"], arrays["neighbours"], arrays["codes"])
        self._by_name = NameIndex(arrays["name_hashes"], arrays["name_entries"])
        self._by_synonym = NameIndex(arrays["synonym_hashes"], arrays["synonym_entries"])
        self._synonym_nodes: npt.NDArray[np.int32] = arrays["synonym_nodes"]
        self._names, self._identifiers, self._sources, self._normalised, self._synonyms = (
            StringTable(arrays[name], arrays[f"{name}_offsets"]) for name in STRING_TABLES
        )
        # Paths of many pairs run through the same nodes.
        self.node_at = lru_cache(NODE_CACHE_SIZE)(self._node_at)

    @classmethod
    def open(cls, folder: Path, checksum: str = "") -> "GraphIndex":
        """Opens an artefact by memory map, checking format and sizes but not the content.

        Raises ArtefactError when it is missing, foreign or cut off, or when its checksum is not
        the one asked for: another graph was put in its place.
        """
        summary, sizes, _ = read_meta(folder)
        if checksum not in ("", summary.checksum):
            raise ArtefactError(
                f"The graph artefact {folder.name} was replaced: it holds "
                f"{summary.checksum[:12]} where {checksum[:12]} was loaded."
            )
        arrays = map_arrays(folder, sizes)
        try:
            return cls(folder, summary, arrays)
        except KeyError as error:
            raise ArtefactError(f"The graph artefact {folder.name} lacks {error}.") from error

    def verify(self) -> None:
        """Hashes every file anew. Raises ArtefactError for the first whose content changed."""
        _, sizes, checksums = read_meta(self._folder)
        map_arrays(self._folder, sizes)
        for name, expected in checksums.items():
            if file_checksum(self._folder / name) != expected:
                raise ArtefactError(
                    f"{name} of the graph artefact {self._folder.name} is not what was built."
                )

    @property
    def checksum(self) -> str:
        """sha256 of the artefact's content: the graph_checksum of traces."""
        return self.summary.checksum

    @property
    def node_count(self) -> int:
        return self.summary.node_count

    @property
    def edge_count(self) -> int:
        """Statements, each counted once."""
        return self.summary.edge_count

    @property
    def longest_name_words(self) -> int:
        """Words of the longest name or synonym: the widest window a look-up needs."""
        return self.summary.longest_name_words

    def __contains__(self, index: object) -> bool:
        return isinstance(index, int | np.integer) and self._find(int(index)) is not None

    def _find(self, index: int) -> int | None:
        position = bisect_left(self._ascending, index)
        present = position < len(self._ascending) and self._ascending[position] == index
        return position if present else None

    def position(self, index: int) -> int:
        """Where a node stands in the arrays. Raises KeyError for an index the graph lacks."""
        position = self._find(int(index))
        if position is None:
            raise KeyError(f"The graph has no node {index}.")
        return position

    def index_at(self, position: int) -> int:
        """The x_index of the node at a position."""
        return self._ascending[position]

    def node(self, index: int) -> Node:
        return self.node_at(self.position(index))

    def _node_at(self, position: int) -> Node:
        return Node(
            index=self._ascending[position],
            identifier=self._identifiers[position],
            name=self._names[position],
            type=NODE_TYPES[self.types[position]],
            source=self._sources[position],
        )

    def normalised_name(self, index: int) -> str:
        return self._normalised[self.position(index)]

    def nodes_named(self, name: str) -> tuple[int, ...]:
        """Indices of all nodes of any type whose normal name is that of `name`, ascending."""
        normal_name = normalise(name)
        return tuple(
            self.index_at(position)
            for position in self._by_name.entries(normal_name)
            if self._normalised[position] == normal_name
        )

    def synonyms_named(self, name: str) -> tuple[Synonym, ...]:
        """Synonyms whose normal form is that of `name`, in the order of their file.

        They are no names: a node is given once for each spelling that its file has.
        """
        if not self._by_synonym:
            return ()
        normal_name = normalise(name)
        entries = self._by_synonym.entries(normal_name)
        texts = ((entry, self._synonyms[entry]) for entry in entries)
        return tuple(
            Synonym(self.index_at(self._synonym_nodes[entry]), text)
            for entry, text in texts
            if normalise(text) == normal_name
        )

    def synonyms_of(self, index: int) -> tuple[str, ...]:
        """Every synonym of a node, in the order of their file."""
        entries = np.flatnonzero(self._synonym_nodes == self.position(index))
        return tuple(self._synonyms[entry] for entry in entries.tolist())

    def neighbours(self, index: int, layer: SearchLayer = SearchLayer.WHOLE) -> tuple[int, ...]:
        """Indices of the distinct nodes joined to this one in a layer, ascending."""
        mask = SPECIFIC if layer is SearchLayer.SPECIFIC else WHOLE
        return tuple(self._indices[self._around(index, mask)].tolist())

    def degree(self, index: int) -> int:
        """How many distinct nodes any relation joins to this one."""
        return len(self._around(index, WHOLE))

    def _around(self, index: int, mask: Mask) -> npt.NDArray[np.intp]:
        return self.adjacency.expand(np.array([self.position(index)]), mask)[1]

    def edges_between(self, a: int, b: int, mask: Mask = WHOLE) -> tuple[Edge, ...]:
        """Every statement that joins two nodes, in either direction, ordered by relation."""
        codes = self.adjacency.codes_between(self.position(a), self.position(b))
        return tuple(_edge(int(a), int(b), int(code)) for code in codes[mask[codes]])

    def indices_of_type(self, kind: NodeType | None) -> npt.NDArray[np.int64]:
        """Indices of all nodes of a type, ascending; of every node for None."""
        if kind is None:
            return self._indices
        return self._indices[self._type_positions[kind]]

    @cached_property
    def _type_positions(self) -> dict[NodeType, npt.NDArray[np.intp]]:
        return {kind: np.flatnonzero(self.types == code) for code, kind in enumerate(NODE_TYPES)}


def _edge(a: int, b: int, code: int) -> Edge:
    """The statement of an entry of `a` that leads to `b`."""
    spec = SPECS[code & RELATION_BITS]
    head, tail = (b, a) if code & TAIL_BIT else (a, b)
    return Edge(head, tail, spec.relation, spec.display_relation, spec.polarity)
