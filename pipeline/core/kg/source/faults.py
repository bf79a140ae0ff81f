"""Says in words what is wrong with rows of kg.csv that do not add up."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from pipeline.core.kg.relations import RELATION_NAMES, RELATIONS
from pipeline.core.kg.source.primekg_format import MAX_INDEX, PARTS
from pipeline.core.records import Node, NodeType

_TYPES: Final = frozenset(map(str, NodeType))
_FIELDS: Final = {"type": "type", "name": "name", "identifier": "id", "source": "source"}


class _Fault(Exception):
    """The message is the reason."""


def faults(
    rows: Iterable[tuple[int, Mapping[str, str]]], known_node: Callable[[int], Node | None]
) -> Iterator[tuple[int, str]]:
    """Line and reason of each row that does not fit, in the order of the file.

    `rows` are lines with cells by column. `known_node` gives the node that earlier rows named
    by an index.
    """
    first_named: dict[int, Node] = {}
    for line, row in rows:
        try:
            for end in "xy":
                node = _node(end, row)
                first = known_node(node.index) or first_named.setdefault(node.index, node)
                _check_same(node, first, end)
            _check_relation(row)
        except _Fault as fault:
            yield line, str(fault)


def _node(end: str, row: Mapping[str, str]) -> Node:
    index, identifier, kind, name, source = cells = [row[f"{end}_{part}"] for part in PARTS]
    for part, cell in zip(PARTS, cells, strict=True):
        if not cell.strip():
            raise _Fault(f"{end}_{part} is empty")
    if not (index.isascii() and index.isdigit()):
        raise _Fault(f"{end}_index {index[:40]!r} is not a whole number from 0")
    if len(index) > len(str(MAX_INDEX)) or int(index) > MAX_INDEX:
        raise _Fault(f"{end}_index {index[:40]} is too large")
    if kind not in _TYPES:
        raise _Fault(f"unknown {end}_type {kind[:80]!r}")
    return Node(int(index), identifier, name, NodeType(kind), source)


def _check_same(node: Node, first: Node, end: str) -> None:
    for field, part in _FIELDS.items():
        now, before = str(getattr(node, field)), str(getattr(first, field))
        if now != before:
            raise _Fault(
                f"{end}_index {node.index} has {part} {now[:80]!r} here and {before[:80]!r} before"
            )


def _check_relation(row: Mapping[str, str]) -> None:
    relation, display = row["relation"], row["display_relation"]
    x_type, y_type = row["x_type"], row["y_type"]
    if relation not in RELATION_NAMES:
        raise _Fault(f"unknown relation {relation[:80]!r}")
    spec = RELATIONS.get((relation, display))
    if spec is None:
        raise _Fault(f"relation {relation!r} has no display_relation {display[:80]!r}")
    if not spec.fits(NodeType(x_type), NodeType(y_type)):
        raise _Fault(f"relation {relation!r} cannot join {x_type} to {y_type}")
