"""All names of a graph as lists for lexical search, held once a process and graph.

Names stand by what the guards find in them, then by length: only names with the same marks
may mean the same, and names of very different length are not alike, so a search reads one
short run of a list. There are two lists, of names as written and of their key words sorted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from pipeline.core.kg.index import GraphIndex
from pipeline.core.records import NodeType
from pipeline.core.similarity.name_marks import marks
from pipeline.core.similarity.spelling import key_words

Marks = tuple[str, ...]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class NameRun:
    """Neighbours in a list: node indices [n] and what is written for each of them [n]."""

    indices: Integers
    texts: Sequence[str]


class NameList:
    """One text a node, by marks and length; of one length by node index.

    `indices` and `texts` [n] belong together; `coded` [n] numbers the marks, `codes` says how.
    """

    def __init__(
        self, indices: Integers, texts: Sequence[str], mark_codes: Integers, codes: dict[Marks, int]
    ) -> None:
        lengths = np.array([len(text) for text in texts], np.int64)
        order = np.lexsort((indices, lengths, mark_codes))
        self._coded, self._codes = mark_codes[order], codes
        self._indices, self._lengths = indices[order], lengths[order]
        self._texts = [texts[row] for row in order.tolist()]

    def of_nodes(self, indices: Integers) -> "NameList":
        """The part about these nodes; the strings are shared."""
        rows = np.flatnonzero(np.isin(self._indices, indices))
        texts = [self._texts[row] for row in rows.tolist()]
        return NameList(self._indices[rows], texts, self._coded[rows], self._codes)

    def run(self, name_marks: Marks, shortest: float, longest: float) -> NameRun:
        """The texts of names with these marks, of at least and at most so many characters."""
        code = self._codes.get(name_marks, -1)
        # Sorted by marks, then length: two binary searches find the run without a scan.
        first, last = np.searchsorted(self._coded, [code, code + 1])
        limits = np.searchsorted(
            self._lengths[first:last], [shortest, np.nextafter(longest, np.inf)]
        )
        start, end = (first + limits).tolist()
        return NameRun(self._indices[start:end], self._texts[start:end])


@dataclass(frozen=True, slots=True)
class NameForms:
    """The names of some nodes in the two forms that texts are compared with."""

    as_written: NameList
    key_words: NameList

    @classmethod
    def of_graph(cls, graph: GraphIndex) -> "NameForms":
        indices = np.asarray(graph.indices_of_type(None))
        names = [graph.normalised_name(index) for index in indices.tolist()]
        codes: dict[Marks, int] = {}
        mark_codes = np.array(
            [codes.setdefault(marks(name), len(codes)) for name in names], np.int64
        )
        return cls(
            NameList(indices, names, mark_codes, codes),
            NameList(indices, [_key_words(name) for name in names], mark_codes, codes),
        )

    def of_nodes(self, indices: Integers) -> "NameForms":
        return NameForms(self.as_written.of_nodes(indices), self.key_words.of_nodes(indices))


def name_forms(graph: GraphIndex, type: NodeType | None) -> NameForms:
    """The names of a type's nodes (None: of all), made when first asked for.

    For 129,375 nodes that takes about a second and 40 MB, once a process.
    """
    with _LOCK:
        forms = _FORMS.setdefault(graph, {})
        if None not in forms:
            forms[None] = NameForms.of_graph(graph)
        if type not in forms:
            forms[type] = forms[None].of_nodes(np.asarray(graph.indices_of_type(type)))
        return forms[type]


_FORMS: WeakKeyDictionary[GraphIndex, dict[NodeType | None, NameForms]] = WeakKeyDictionary()
_LOCK = Lock()


def _key_words(name: str) -> str:
    """The key words, and the very same string where nothing moves: no second copy."""
    words = key_words(name)
    return name if words == name else words
