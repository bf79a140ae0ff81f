"""The diagram of a trace's paths: a small layered graph, question entities on top, answer below.

Pure layout in SVG units; templates render it. The ordered list of paths is the primary form, which
the diagram repeats.
"""

import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.core.cot import numbered_edges
from pipeline.core.records import Edge, Node, Path

NODE_WIDTH, NODE_HEIGHT = 156, 58
COLUMN_GAP, ROW_GAP = 14, 56
MARGIN = 10
LABEL_WIDTH, LABEL_LINES = 19, 3
MIN_WIDTH = 3 * NODE_WIDTH + 2 * COLUMN_GAP + 2 * MARGIN
PARALLEL_OFFSET = 60
LABEL_MARGIN = 55
SWEEPS = 2


@dataclass(frozen=True)
class LabelLine:
    """One line of a label: its baseline within the node's box, and its text."""

    y: int
    text: str


@dataclass(frozen=True)
class DiagramNode:
    """A node's box: top left corner, label, role, and the numbers of the edges it ends."""

    node: Node
    role: str
    x: int
    y: int
    lines: tuple[LabelLine, ...]
    numbers: tuple[int, ...]

    @property
    def edge_numbers(self) -> str:
        return " ".join(str(number) for number in self.numbers)


@dataclass(frozen=True)
class DiagramEdge:
    """One edge as a curve from head to tail, its number in cot.numbered_edges, its label."""

    number: int
    edge: Edge
    curve: str
    label_x: int
    label_y: int
    symmetric: bool


@dataclass(frozen=True)
class Diagram:
    """A diagram of `width` x `height` units, whose left edge is at x = `left`.

    `end_role`: whose entities the paths end at, "answer" or "explanation".
    """

    left: int
    width: int
    height: int
    nodes: tuple[DiagramNode, ...]
    edges: tuple[DiagramEdge, ...]
    end_role: str = "answer"
    node_width: int = NODE_WIDTH
    node_height: int = NODE_HEIGHT
    middle: int = NODE_WIDTH // 2


@dataclass(frozen=True)
class _Box:
    x: int
    y: int

    @property
    def centre(self) -> int:
        return self.x + NODE_WIDTH // 2

    @property
    def bottom(self) -> int:
        return self.y + NODE_HEIGHT


def draw_diagram(
    paths: Sequence[Path], symmetric: frozenset[str] = frozenset(), end_role: str = "answer"
) -> Diagram:
    """Lay the paths out in rows by distance from the question entities.

    Relations named in `symmetric` have no direction. `end_role` is the role of the last nodes.
    """
    numbers = {edge: number for number, edge in enumerate(numbered_edges(paths))}
    rows = _rows(paths)
    width = max(MIN_WIDTH, max(map(len, rows)) * (NODE_WIDTH + COLUMN_GAP) + 2 * MARGIN)
    boxes = _place_boxes(rows, width, _neighbours(paths))
    edges = _edges(numbers, boxes, symmetric)
    # Curves around a box may leave the width of the rows; their labels show how far.
    left = min(0, *(edge.label_x - LABEL_MARGIN for edge in edges))
    right = max(width, *(edge.label_x + LABEL_MARGIN for edge in edges))
    return Diagram(
        left=left,
        width=right - left,
        height=2 * MARGIN + len(rows) * (NODE_HEIGHT + ROW_GAP) - ROW_GAP,
        nodes=_nodes(_roles(paths, end_role), paths, boxes, numbers),
        edges=edges,
        end_role=end_role,
    )


def _rows(paths: Sequence[Path]) -> list[list[int]]:
    """Node indices by row: the farthest position at which any path passes the node."""
    row: dict[int, int] = {}
    for path in paths:
        for position, node in enumerate(path.nodes):
            row[node.index] = max(row.get(node.index, 0), position)
    last = max(row.values())
    row |= {path.nodes[-1].index: last for path in paths}
    rows: list[list[int]] = [[] for _ in range(last + 1)]
    for index, position in row.items():
        rows[position].append(index)
    return [members for members in rows if members]


def _place_boxes(
    rows: list[list[int]], width: int, neighbours: Mapping[int, set[int]]
) -> dict[int, _Box]:
    """Top left corners, after a few sweeps that put nodes near their neighbours."""
    boxes: dict[int, _Box] = {}
    for _ in range(SWEEPS):
        for number, members in enumerate(rows):
            members.sort(key=lambda index: (_mean_x(boxes, neighbours[index]), index))
            y = MARGIN + number * (NODE_HEIGHT + ROW_GAP)
            share = (width - 2 * MARGIN) / len(members)
            for column, index in enumerate(members):
                centre = MARGIN + share * (column + 0.5)
                boxes[index] = _Box(round(centre - NODE_WIDTH / 2), y)
    return boxes


def _mean_x(boxes: Mapping[int, _Box], indices: set[int]) -> float:
    xs = [boxes[index].x for index in indices if index in boxes]
    return sum(xs) / len(xs) if xs else 0.0


def _neighbours(paths: Sequence[Path]) -> dict[int, set[int]]:
    neighbours: dict[int, set[int]] = defaultdict(set)
    for path in paths:
        for start, end in pairwise(path.node_indices):
            neighbours[start].add(end)
            neighbours[end].add(start)
    return neighbours


def _nodes(
    roles: Mapping[int, str],
    paths: Sequence[Path],
    boxes: Mapping[int, _Box],
    numbers: Mapping[Edge, int],
) -> tuple[DiagramNode, ...]:
    ends: dict[int, list[int]] = defaultdict(list)
    for edge, number in numbers.items():
        ends[edge.head].append(number)
        ends[edge.tail].append(number)
    by_index = {node.index: node for path in paths for node in path.nodes}
    return tuple(
        DiagramNode(
            by_index[index], roles[index], box.x, box.y, _label(by_index[index].name),
            tuple(ends[index]),
        )
        for index, box in sorted(boxes.items())
    )  # fmt: skip


def _roles(paths: Sequence[Path], end_role: str) -> dict[int, str]:
    roles = {node.index: "between" for path in paths for node in path.nodes}
    roles |= {path.nodes[0].index: "question" for path in paths}
    return roles | {path.nodes[-1].index: end_role for path in paths}


def _edges(
    numbers: Mapping[Edge, int], boxes: Mapping[int, _Box], symmetric: frozenset[str]
) -> tuple[DiagramEdge, ...]:
    parallel: dict[frozenset[int], int] = defaultdict(int)
    shares = _label_shares(list(numbers), boxes)
    diagram_edges = []
    for edge, number in numbers.items():
        pair = frozenset((edge.head, edge.tail))
        head, tail = boxes[edge.head], boxes[edge.tail]
        curve = _curve(head, tail, boxes.values(), rank=parallel[pair])
        label = curve.at(shares[edge])
        diagram_edges.append(
            DiagramEdge(number, edge, curve.path, *label, edge.relation in symmetric)
        )
        parallel[pair] += 1
    return tuple(diagram_edges)


def _label_shares(edges: Sequence[Edge], boxes: Mapping[int, _Box]) -> dict[Edge, float]:
    """How far along each edge its label is, from 0 (head) to 1 (tail).

    Where many edges meet in one node, labels keep away from it, alternately further and nearer,
    so that neighbouring labels do not overlap.
    """
    fan = Counter(end for edge in edges for end in (edge.head, edge.tail))
    order: dict[tuple[int, int], list[Edge]] = defaultdict(list)
    for edge in sorted(edges, key=lambda edge: boxes[edge.head].x + boxes[edge.tail].x):
        hub = max(edge.head, edge.tail, key=lambda end: fan[end])
        row = boxes[edge.head].y + boxes[edge.tail].y
        order[hub, row].append(edge)
    shares = {}
    for (hub, _), members in order.items():
        for rank, edge in enumerate(members):
            away = 0.7 if rank % 2 == 0 else 0.4
            shares[edge] = away if edge.head == hub else 1 - away
    return shares


@dataclass(frozen=True)
class _Curve:
    """A quadratic curve by its three points."""

    start: tuple[int, int]
    control: tuple[int, int]
    end: tuple[int, int]

    @property
    def path(self) -> str:
        (x1, y1), (cx, cy), (x2, y2) = self.start, self.control, self.end
        return f"M{x1} {y1}Q{cx} {cy} {x2} {y2}"

    def at(self, t: float) -> tuple[int, int]:
        """The point at share t of the way."""
        points = zip(self.start, self.control, self.end, strict=True)
        x, y = ((1 - t) ** 2 * a + 2 * t * (1 - t) * b + t**2 * c for a, b, c in points)
        return round(x), round(y) + 4


def _curve(head: _Box, tail: _Box, others: Iterable[_Box], rank: int) -> _Curve:
    """A curve from box to box; parallel edges are spread, long ones avoid the boxes between."""
    if head.y == tail.y:
        return _within_row(head, tail, is_last=head.y == max(box.y for box in others), rank=rank)
    downwards = head.y < tail.y
    start = head.centre, head.bottom if downwards else head.y
    end = tail.centre, tail.y if downwards else tail.bottom
    between = [box for box in others if min(head.y, tail.y) < box.y < max(head.y, tail.y)]
    bend = _detour(start[0], end[0], between)
    bend += PARALLEL_OFFSET * rank * (-1 if bend < 0 else 1)
    middle = (start[0] + end[0]) // 2 + bend, (start[1] + end[1]) // 2
    return _Curve(start, middle, end)


def _within_row(head: _Box, tail: _Box, *, is_last: bool, rank: int) -> _Curve:
    """A curve through the gap below the row; above the last one, below which nothing is drawn."""
    y = head.y if is_last else head.bottom
    sag = ROW_GAP * (2 + rank) // 2
    middle = (head.centre + tail.centre) // 2, y - sag if is_last else y + sag
    return _Curve((head.centre, y), middle, (tail.centre, y))


def _detour(x1: int, x2: int, between: Sequence[_Box]) -> int:
    """How far the control point must move sideways to pass the boxes between two rows."""
    if not between:
        return 0
    middle = (x1 + x2) // 2
    right = max(box.x for box in between) + NODE_WIDTH + COLUMN_GAP - middle
    left = min(box.x for box in between) - COLUMN_GAP - middle
    nearer = right if right <= -left else left
    # A quadratic curve reaches half-way to its control point, and less beside its middle.
    return 3 * nearer


def _label(name: str) -> tuple[LabelLine, ...]:
    texts = textwrap.wrap(
        name, LABEL_WIDTH, max_lines=LABEL_LINES, placeholder=" …", break_long_words=False
    )
    # The lines stand in the middle of the room above the node's type.
    top = 29 - 13 * (len(texts) - 1) // 2
    return tuple(LabelLine(top + 13 * i, text) for i, text in enumerate(texts))
