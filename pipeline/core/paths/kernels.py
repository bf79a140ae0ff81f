"""The search's inner loops as machine code: levels, counts, and paths by rank, on plain arrays.

Both ends widen level by level, the cheaper first, and before each widening the two outermost
levels are tested for links: a node with many edges is not read, the other level's nodes are
looked up among its neighbours. Shortest paths are counted outwards from both ends (dynamic
programming) and multiply at the links, so a path is found from its rank without listing others.
All compiled functions stand in this file: see `entry_point`.

Entry points take plain tuples, whose types numba recognises faster than named ones, and write
into arrays they are handed: allocating is slow to compile.
"""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.core.paths.compiling import entry_point, inner

Array = npt.NDArray[Any]
Arrays = tuple[Array, ...]
Pair = tuple[int, int]
Meeting = tuple[int, int, int, int, int]

# Typed, for numba compiles a function once more for every literal integer that it is called with.
_int64: Final[Any] = np.int64
ZERO: Final[int] = _int64(0)
ONE: Final[int] = _int64(1)
MAX_COUNT: Final[int] = _int64(2**61)  # counts saturate here
BEYOND: Final[int] = _int64(2**62)  # a rank no path has; added to a count it does not overflow
LOOK_UP: Final[int] = _int64(16)  # entries read in the time of one look-up in a sorted adjacency
NO_HUB: Final = -1


class Graph(NamedTuple):
    """What may be walked.

    offsets, neighbours, codes: the adjacency; relations: allowed codes, bool [256]; types: of
    the nodes; between: allowed types of in-between nodes; hub_rows: each node's row of
    `hub_bits` or NO_HUB; hub_bits: a bit for each node that an allowed relation joins to the
    hub, uint8 [hubs, n / 8].
    """

    offsets: Array
    neighbours: Array
    codes: Array
    relations: Array
    types: Array
    between: Array
    hub_rows: Array
    hub_bits: Array


class Side(NamedTuple):
    """One end's part of the search, in buffers that keep what earlier searches left there.

    marks[node] is `epoch` + the node's distance from the end, or below `epoch` where this search
    has not been; counts[node] the shortest paths to it from the end; `nodes` those reached, the
    level at distance d standing from starts[d] to starts[d + 1].
    """

    epoch: int
    marks: Array
    counts: Array
    nodes: Array
    starts: Array


class Level(NamedTuple):
    """The nodes at one distance from an end."""

    side: Side
    depth: int


@inner
def _sides(epoch: int, buffers: Arrays) -> tuple[Side, Side]:
    marks, counts, nodes, starts, _, _ = buffers
    near = Side(epoch, marks[0], counts[0], nodes[0], starts[0])
    return near, Side(epoch, marks[1], counts[1], nodes[1], starts[1])


@inner
def _begin(side: Side, root: int) -> None:
    side.marks[root], side.counts[root], side.nodes[0] = side.epoch, 1, root
    side.starts[0], side.starts[1] = 0, 1


@inner
def _nodes(level: Level) -> Array:
    starts = level.side.starts
    return level.side.nodes[starts[level.depth] : starts[level.depth + 1]]


@inner
def _plus(count: int, more: int) -> int:
    return min(count + more, MAX_COUNT)


@inner
def _times(count: int, factor: int) -> int:
    return MAX_COUNT if count > MAX_COUNT // max(factor, 1) else count * factor


@inner
def _bisect(values: Array, low: int, high: int, value: int) -> int:
    """The first index from `low` below `high` that holds at least `value`; else `high`."""
    while low < high:
        middle = (low + high) >> 1
        if values[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@inner
def _look_ups(graph: Graph, node: int, size: int) -> Pair:
    """What it costs, in entries, to look `size` nodes up among a node's neighbours; its edges."""
    edges = graph.offsets[node + 1] - graph.offsets[node]
    return size if graph.hub_rows[node] != NO_HUB else size * LOOK_UP, edges


@inner
def _joined(graph: Graph, node: int, hub: int, other: int) -> bool:
    """Whether an allowed relation joins two nodes, by the bits or the adjacency of the first."""
    if hub != NO_HUB:
        return bool((graph.hub_bits[hub, other >> 3] >> (other & 7)) & 1)
    end = graph.offsets[node + 1]
    entry = _bisect(graph.neighbours, graph.offsets[node], end, other)
    while entry < end and graph.neighbours[entry] == other:
        if graph.relations[graph.codes[entry]]:
            return True
        entry += 1
    return False


@inner
def _look_up(graph: Graph, node: int, level: Level, enough: int, partners: Array) -> Pair:
    """`_partners` of a node with many edges in a level of few nodes."""
    size, paths, hub = ZERO, ZERO, graph.hub_rows[node]
    for other in _nodes(level):
        if _joined(graph, node, hub, other):
            partners[size], paths = other, _plus(paths, level.side.counts[other])
            size += 1
            if paths >= enough:
                break
    return size, paths


@inner
def _read(graph: Graph, node: int, level: Level, enough: int, partners: Array) -> Pair:
    """`_partners` of a node with few edges."""
    size, paths, previous, mark = ZERO, ZERO, -1, level.side.epoch + level.depth
    for entry in range(graph.offsets[node], graph.offsets[node + 1]):
        other = graph.neighbours[entry]
        # The mark comes first: it rules most nodes out. Parallel edges stand side by side.
        if level.side.marks[other] != mark or other == previous:
            continue
        if graph.relations[graph.codes[entry]]:
            previous = partners[size] = other
            paths = _plus(paths, level.side.counts[other])
            size += 1
            if paths >= enough:
                break
    return size, paths


@inner
def _partners(graph: Graph, node: int, level: Level, enough: int, partners: Array) -> Pair:
    """Finds the nodes of a level that are joined to `node` until they carry `enough` paths.

    Returns their number and their paths. Their order is the same each time: ranks rely on it.
    """
    look_ups, edges = _look_ups(graph, node, len(_nodes(level)))
    if look_ups < edges:
        return _look_up(graph, node, level, enough, partners)
    return _read(graph, node, level, enough, partners)


@inner
def _cost(graph: Graph, level: Level, across: int, ceiling: int) -> int:
    """Entries to read for the links from a level to one of `across` nodes, up to a ceiling."""
    cost = ZERO
    for node in _nodes(level):
        cost += min(_look_ups(graph, node, across))
        if cost >= ceiling:
            break
    return cost


@inner
def _cheaper(graph: Graph, levels: tuple[Level, Level], widths: Pair) -> int:
    """The level (0 or 1) that costs less to read, against others so wide."""
    cost = _cost(graph, levels[0], widths[1], MAX_COUNT)
    return 1 if _cost(graph, levels[1], widths[0], cost) < cost else 0


@inner
def _widen(graph: Graph, level: Level) -> bool:
    """Reaches the next level through permitted nodes alone; whether there is one."""
    side, start = level.side, level.side.starts[level.depth + 1]
    size, mark = start, side.epoch + level.depth + 1
    for node in _nodes(level):
        previous, count = -1, side.counts[node]
        for entry in range(graph.offsets[node], graph.offsets[node + 1]):
            other = graph.neighbours[entry]
            if other == previous or not graph.relations[graph.codes[entry]]:
                continue
            previous, seen = other, side.marks[other]
            if seen == mark:
                side.counts[other] = _plus(side.counts[other], count)
            elif seen < side.epoch and graph.between[graph.types[other]]:
                side.marks[other], side.counts[other], side.nodes[size] = mark, count, other
                size += 1
    side.starts[level.depth + 2] = size
    return bool(size > start)


@inner
def _link(graph: Graph, reader: Level, across: Level, links: Array, running: Array) -> int:
    """Lists the links of two levels and their paths; returns their number, -1 beyond capacity.

    links[0, i] is joined to links[1, i], with running[i] paths through the links before.
    """
    size = running[0] = 0
    for node in _nodes(reader):
        edges = graph.offsets[node + 1] - graph.offsets[node]
        if size + min(edges, len(_nodes(across))) >= len(running):
            return -1
        partners = links[1, size:]
        for index in range(_partners(graph, node, across, BEYOND, partners)[0]):
            paths = _times(reader.side.counts[node], across.side.counts[partners[index]])
            links[0, size], running[size + 1] = node, _plus(running[size], paths)
            size += 1
    return size


@inner
def _lead_back(
    graph: Graph, level: Level, node: int, rank: int, row: Array, step: int, partners: Array
) -> None:
    """Writes the path of this rank from a node back to its end.

    The end begins the row where `step` is 1, and ends it where it is -1.
    """
    side, end = level.side, 0 if step > 0 else len(row) - 1
    row[end], row[end + step * level.depth] = side.nodes[0], node
    for depth in range(level.depth - 1, 0, -1):
        size, paths = _partners(graph, node, Level(side, depth), rank + 1, partners)
        node = partners[size - 1]
        rank -= paths - side.counts[node]
        row[end + step * depth] = node


@entry_point
def meet(arrays: Arrays, pair: Pair, max_length: int, epoch: int, buffers: Arrays) -> Meeting:
    """Widens both ends until they meet: their depths, which was read, links, and all paths.

    No paths: they do not meet within `max_length` edges; MAX_COUNT: as many or more; -1: there
    are more links than `capacity`. `arrays`: the fields of `Graph`. `buffers`: marks int32,
    counts int64, nodes int32 [2, n], starts int64 [2, n + 2], links int32 [2, capacity + n],
    running int64 [capacity + 1]; no mark may have reached `epoch`.
    """
    graph, (near, far) = Graph(*arrays), _sides(epoch, buffers)
    links, running, endless = buffers[4], buffers[5], MAX_COUNT // LOOK_UP
    a, b = ZERO, ZERO
    _begin(near, pair[0])
    _begin(far, pair[1])
    while a + b < max_length:
        levels = Level(near, a), Level(far, b)
        read = _cheaper(graph, levels, (len(_nodes(levels[0])), len(_nodes(levels[1]))))
        size = _link(graph, levels[read], levels[1 - read], links, running)
        if size:
            return a, b, read, size, running[size] if size > 0 else -1
        wider = _cheaper(graph, levels, (endless, endless))
        if a + b + 1 == max_length or not _widen(graph, levels[wider]):
            break
        a, b = a + 1 - wider, b + wider
    return 0, 0, 0, 0, 0


@entry_point
def write_paths(
    arrays: Arrays, met: Meeting, ranks: Array, epoch: int, buffers: Arrays, paths: Array
) -> None:
    """The paths of these ranks after `meet`: a row of node positions for each, in `paths`."""
    graph, (near, far), links = Graph(*arrays), _sides(epoch, buffers), buffers[4]
    # Behind the links there is room for the partners of any node.
    size, running, partners = met[3], buffers[5], links[1, met[3] :]
    counts = (near, far)[met[2]].counts
    for index in range(len(ranks)):
        # The last link with no more paths before it than the rank; then the rank within it.
        link = _bisect(running, ZERO, size, ranks[index] + 1) - 1
        node, other = links[0, link], links[1, link]
        onwards, back = divmod(ranks[index] - running[link], counts[node])
        if met[2]:
            node, back, other, onwards = other, onwards, node, back
        _lead_back(graph, Level(near, met[0]), node, back, paths[index], ONE, partners)
        _lead_back(graph, Level(far, met[1]), other, onwards, paths[index], -ONE, partners)
