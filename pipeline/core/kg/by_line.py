"""Reads a kg.csv line by line: slowly, and able to say of any fault where and what it is.

Every reason a file is refused for is worded here. Rows are kept as 13 bytes each, nodes once,
so the full graph's 8.1 million rows fit in a few hundred megabytes.
"""

from array import array
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path
from typing import Final, NamedTuple, cast

import numpy as np

from pipeline.core.errors import SourceFileError
from pipeline.core.kg.pairing import Rows, pair_rows
from pipeline.core.kg.primekg_format import COLUMNS, PARTS, X_COLUMNS, Y_COLUMNS, PrimeKG
from pipeline.core.kg.relations import RELATION_NAMES, RELATIONS, SPECS
from pipeline.core.kg.source_bytes import Progress
from pipeline.core.kg.source_lines import SourceLines
from pipeline.core.kg.source_rows import check_columns, csv_rows
from pipeline.core.records import Node, NodeType

_KIND: Final = ("relation", "display_relation", "x_type", "y_type")
_TYPES: Final = frozenset(map(str, NodeType))
_LARGEST_INDEX: Final = 2**53 - 1  # what JSON readers keep exactly
_CODES: Final = {spec.key: code for code, spec in enumerate(SPECS)}

Cells = tuple[str, ...]
Getter = Callable[[list[str]], Cells]


class _Columns(NamedTuple):
    """Getters of a row's relation with its types, and of its two nodes."""

    kind: Getter
    x: Getter
    y: Getter


def _getter(header: list[str], columns: Cells) -> Getter:
    return cast(Getter, itemgetter(*[header.index(column) for column in columns]))


def read_by_line(path: Path, progress: Progress | None = None) -> PrimeKG:
    """Reads and validates a whole file. Raises SourceFileError with file, line and reason.

    `progress` is told (bytes read, bytes in all). Self-loops and duplicate rows are dropped
    and counted; everything else that does not fit is an error.
    """
    lines = SourceLines(path, progress)
    try:
        return _Reader(lines).read()
    finally:
        lines.close()


class _Reader:
    """Reads the rows of one file, holding what has been seen of it so far."""

    def __init__(self, lines: SourceLines) -> None:
        self._lines = lines
        self._nodes: list[Node] = []
        self._positions: dict[int, int] = {}
        self._seen_nodes: dict[Cells, int] = {}
        self._seen_relations: dict[Cells, int] = {}
        self._x, self._y, self._lines_of_rows = array("i"), array("i"), array("i")
        self._codes = array("B")

    def read(self) -> PrimeKG:
        rows = csv_rows(self._lines, self._lines)
        _, header = next(rows, (0, None))
        if header is None:
            raise self._lines.error("the file is empty", line=0)
        check_columns(self._lines, header, COLUMNS)
        columns = _Columns(*(_getter(header, group) for group in (_KIND, X_COLUMNS, Y_COLUMNS)))
        for line, cells in rows:
            self._add(line, cells, columns)
        if not len(self._codes):
            raise self._lines.error("the file has a header but no rows", line=0)
        x, y = np.frombuffer(self._x, np.int32), np.frombuffer(self._y, np.int32)
        directed = Rows(x, y, np.frombuffer(self._codes, np.uint8))
        statements = pair_rows(directed, [node.type for node in self._nodes], self._unpaired)
        return PrimeKG(self._lines.checksum, len(self._codes), tuple(self._nodes), statements)

    def _add(self, line: int, cells: list[str], columns: _Columns) -> None:
        # What was seen before was checked before: most rows cost three look-ups.
        x, y, kind = columns.x(cells), columns.y(cells), columns.kind(cells)
        known = self._seen_nodes
        head = known[x] if x in known else self._new_node(line, "x", x)
        tail = known[y] if y in known else self._new_node(line, "y", y)
        code = self._seen_relations.get(kind)
        self._codes.append(self._new_code(line, kind) if code is None else code)
        self._x.append(head)
        self._y.append(tail)
        self._lines_of_rows.append(line)

    def _new_node(self, line: int, end: str, cells: Cells) -> int:
        """The position of a node not seen in just these words before."""
        if empty := [part for part, cell in zip(PARTS, cells, strict=True) if not cell.strip()]:
            raise self._lines.error(f"{end}_{empty[0]} is empty", line=line)
        node = self._node(line, end, cells)
        position = self._positions.setdefault(node.index, len(self._nodes))
        if position == len(self._nodes):
            self._nodes.append(node)
        elif self._nodes[position] != node:
            raise self._lines.error(_differs(node, self._nodes[position], end), line=line)
        self._seen_nodes[cells] = position
        return position

    def _node(self, line: int, end: str, cells: Cells) -> Node:
        index, identifier, kind, name, source = cells
        if not (index.isascii() and index.isdigit()):
            reason = f"{end}_index {index[:40]!r} is not a whole number from 0"
            raise self._lines.error(reason, line=line)
        if len(index) > 16 or int(index) > _LARGEST_INDEX:
            raise self._lines.error(f"{end}_index {index[:40]} is too large", line=line)
        if kind not in _TYPES:
            raise self._lines.error(f"unknown {end}_type {kind[:80]!r}", line=line)
        return Node(int(index), identifier, name, NodeType(kind), source)

    def _new_code(self, line: int, kind: Cells) -> int:
        """The relation's code, once relation, display relation and both types fit."""
        relation, display, x_type, y_type = kind
        if relation not in RELATION_NAMES:
            raise self._lines.error(f"unknown relation {relation[:80]!r}", line=line)
        spec = RELATIONS.get((relation, display))
        if spec is None:
            reason = f"relation {relation!r} has no display_relation {display[:80]!r}"
            raise self._lines.error(reason, line=line)
        if not spec.fits(NodeType(x_type), NodeType(y_type)):
            reason = f"relation {relation!r} cannot join {x_type} to {y_type}"
            raise self._lines.error(reason, line=line)
        self._seen_relations[kind] = _CODES[spec.key]
        return _CODES[spec.key]

    def _unpaired(self, row: int) -> SourceFileError:
        ends = f"{self._nodes[self._x[row]].index} - {self._nodes[self._y[row]].index}"
        reason = f"the reverse of this row ({ends}) is missing: is the file cut off?"
        return self._lines.error(reason, line=self._lines_of_rows[row])


def _differs(node: Node, known: Node, end: str) -> str:
    """Why a node does not agree with what an earlier row said of the same index."""
    parts = {"type": "type", "name": "name", "identifier": "id", "source": "source"}
    field = next(field for field in parts if getattr(node, field) != getattr(known, field))
    now, before = str(getattr(node, field))[:80], str(getattr(known, field))[:80]
    return f"{end}_index {node.index} has {parts[field]} {now!r} here and {before!r} before"
