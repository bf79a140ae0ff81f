"""The search's inner loops as machine code: levels, counts, and paths by rank, on plain arrays.

Both ends widen level by level, the cheaper first, and before each widening the two outermost
levels are tested for links: a node with many edges is not read, the other level's nodes are
looked up among its neighbours. Shortest paths are counted outwards from both ends (dynamic
programming) and multiply at the links, so a path is found from its rank without listing others.
Counts saturate at LIMIT. All compiled functions stand in this file: see `compiled`.
"""

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from pipeline.core.paths.compiling import compiled

Array = npt.NDArray[Any]

LIMIT: Final = 2**61
BEYOND: Final = 2**62  # a rank no path has; with counts up to LIMIT it makes no overflow
LOOK_UP: Final = 16  # entries read in the time of one look-up in a sorted adjacency
HUB_SHARE: Final = 64  # a hub has more entries than 1 / HUB_SHARE of all nodes


class Ways(NamedTuple):
    """What may be walked.

    offsets, neighbours, codes: the adjacency; relations: allowed codes, bool [256]; types: of
    the nodes; kinds: allowed types in between; hubs: positions, ascending; joins: for each hub a
    bit for each node that an allowed relation joins to it, uint8 [hubs, n / 8].
    """

    offsets: Array
    neighbours: Array
    codes: Array
    relations: Array
    types: Array
    kinds: Array
    hubs: Array
    joins: Array


class Half(NamedTuple):
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


class Links(NamedTuple):
    """The links of two levels: links[0, i] joined to links[1, i], running[i] paths before it."""

    nodes: Array
    running: Array


@compiled
def _halves(epoch: int, buffers: tuple[Array, ...]) -> tuple[Half, Half]:
    marks, counts, nodes, starts, _, _ = buffers
    return (
        Half(epoch, marks[0], counts[0], nodes[0], starts[0]),
        Half(epoch, marks[1], counts[1], nodes[1], starts[1]),
    )


@compiled
def _begin(half: Half, root: int) -> None:
    half.marks[root], half.counts[root], half.nodes[0] = half.epoch, 1, root
    half.starts[0], half.starts[1] = 0, 1


@compiled
def _level(half: Half, depth: int) -> Array:
    return half.nodes[half.starts[depth] : half.starts[depth + 1]]


@compiled
def _plus(count: int, more: int) -> int:
    return min(count + more, LIMIT)


@compiled
def _times(count: int, factor: int) -> int:
    return LIMIT if count > LIMIT // max(factor, 1) else count * factor


@compiled
def _look_ups(ways: Ways, node: int, size: int) -> tuple[int, int]:
    """What it costs, in entries, to look `size` nodes up among a node's neighbours; its edges."""
    edges = ways.offsets[node + 1] - ways.offsets[node]
    return size if edges * HUB_SHARE > len(ways.types) else size * LOOK_UP, edges


@compiled
def _joined(ways: Ways, node: int, other: int) -> bool:
    """Whether an allowed relation joins two nodes, searched in the adjacency of the first."""
    end = ways.offsets[node + 1]
    low, high = ways.offsets[node], end
    while low < high:
        middle = (low + high) >> 1
        if ways.neighbours[middle] < other:
            low = middle + 1
        else:
            high = middle
    while low < end and ways.neighbours[low] == other:
        if ways.relations[ways.codes[low]]:
            return True
        low += 1
    return False


@compiled
def _look_up(
    ways: Ways, node: int, half: Half, depth: int, enough: int, found: Array
) -> tuple[int, int]:
    """`_partners` of a node with many edges in a level of few nodes."""
    size = paths = 0
    edges = ways.offsets[node + 1] - ways.offsets[node]
    hub = np.searchsorted(ways.hubs, node) if edges * HUB_SHARE > len(ways.types) else -1
    for other in _level(half, depth):
        if hub >= 0:
            joined = (ways.joins[hub, other >> 3] >> (other & 7)) & 1 != 0
        else:
            joined = _joined(ways, node, other)
        if joined:
            found[size], paths = other, _plus(paths, half.counts[other])
            size += 1
            if paths >= enough:
                break
    return size, paths


@compiled
def _read(
    ways: Ways, node: int, half: Half, depth: int, enough: int, found: Array
) -> tuple[int, int]:
    """`_partners` of a node with few edges."""
    size, paths, previous, mark = 0, 0, -1, half.epoch + depth
    for entry in range(ways.offsets[node], ways.offsets[node + 1]):
        other = ways.neighbours[entry]
        if half.marks[other] != mark or other == previous or not ways.relations[ways.codes[entry]]:
            continue
        previous = found[size] = other
        paths = _plus(paths, half.counts[other])
        size += 1
        if paths >= enough:
            break
    return size, paths


@compiled
def _partners(
    ways: Ways, node: int, half: Half, depth: int, enough: int, found: Array
) -> tuple[int, int]:
    """Finds the nodes of a level that are joined to `node` until they carry `enough` paths.

    Returns their number and their paths. Their order is the same each time.
    """
    look_ups, edges = _look_ups(ways, node, half.starts[depth + 1] - half.starts[depth])
    if look_ups < edges:
        return _look_up(ways, node, half, depth, enough, found)
    return _read(ways, node, half, depth, enough, found)


@compiled
def _cost(ways: Ways, half: Half, depth: int, across: int, ceiling: int) -> int:
    """Entries to read for the links from a level to one of `across` nodes, up to a ceiling."""
    cost = 0
    for node in _level(half, depth):
        cost += min(_look_ups(ways, node, across))
        if cost >= ceiling:
            break
    return cost


@compiled
def _cheaper(ways: Ways, near: Half, far: Half, depths: Array, sizes: tuple[int, int]) -> int:
    """The end (0 or 1) whose outermost level costs less to read, against levels of these sizes."""
    cost = _cost(ways, near, depths[0], sizes[1], LIMIT)
    return 1 if _cost(ways, far, depths[1], sizes[0], cost) < cost else 0


@compiled
def _widen(ways: Ways, half: Half, depth: int) -> bool:
    """Reaches the next level through permitted nodes alone; whether there is one."""
    size, mark = half.starts[depth + 1], half.epoch + depth + 1
    for node in _level(half, depth):
        previous, count = -1, half.counts[node]
        for entry in range(ways.offsets[node], ways.offsets[node + 1]):
            other = ways.neighbours[entry]
            if other == previous or not ways.relations[ways.codes[entry]]:
                continue
            previous, seen = other, half.marks[other]
            if seen == mark:
                half.counts[other] = _plus(half.counts[other], count)
            elif seen < half.epoch and ways.kinds[ways.types[other]]:
                half.marks[other], half.counts[other], half.nodes[size] = mark, count, other
                size += 1
    half.starts[depth + 2] = size
    return bool(size > half.starts[depth + 1])


@compiled
def _link(ways: Ways, reader: Half, depth: int, other: Half, across: int, links: Links) -> int:
    """Lists the links of two levels and sums up their paths; how many, -1 where room lacks."""
    size = links.running[0] = 0
    for node in _level(reader, depth):
        edges = ways.offsets[node + 1] - ways.offsets[node]
        if size + min(edges, len(_level(other, across))) >= len(links.running):
            return -1
        found = links.nodes[1, size:]
        for place in range(_partners(ways, node, other, across, BEYOND, found)[0]):
            paths = _times(reader.counts[node], other.counts[found[place]])
            links.nodes[0, size] = node
            links.running[size + 1] = _plus(links.running[size], paths)
            size += 1
    return size


@compiled
def _lead_back(
    ways: Ways, half: Half, depth: int, node: int, rank: int, row: Array, found: Array
) -> None:
    """Writes the path of this rank from a node back to its end: row[depth] .. row[0]."""
    row[depth], row[0] = node, half.nodes[0]
    for distance in range(depth - 1, 0, -1):
        size, paths = _partners(ways, node, half, distance, rank + 1, found)
        node = found[size - 1]
        rank -= paths - half.counts[node]
        row[distance] = node


@compiled
def meet(
    walkable: tuple[Array, ...],
    pair: tuple[int, int],
    longest: int,
    epoch: int,
    buffers: tuple[Array, ...],
) -> tuple[int, int, int, int, int]:
    """Widens both ends until they meet: their depths, which was read, links, and all paths.

    No paths: they do not meet within `longest` edges; LIMIT: more than are counted here; -1:
    there are more links than `room`. `walkable`: the fields of `Ways`. `buffers`: marks int32,
    counts int64, nodes int32 [2, n], starts int64 [2, n + 2], links int32 [2, room + n], running
    int64 [room + 1]; no mark may have reached `epoch`.
    """
    ways, ends, links = Ways(*walkable), _halves(epoch, buffers), Links(buffers[4], buffers[5])
    (near, far), depths = ends, np.zeros(2, np.int64)
    _begin(near, pair[0])
    _begin(far, pair[1])
    while depths.sum() < longest:
        sizes = len(_level(near, depths[0])), len(_level(far, depths[1]))
        read = _cheaper(ways, near, far, depths, sizes)
        size = _link(ways, ends[read], depths[read], ends[1 - read], depths[1 - read], links)
        if size:
            return depths[0], depths[1], read, size, links.running[size] if size > 0 else -1
        wider = _cheaper(ways, near, far, depths, (LIMIT // LOOK_UP, LIMIT // LOOK_UP))
        if depths.sum() + 1 == longest or not _widen(ways, ends[wider], depths[wider]):
            break
        depths[wider] += 1
    return 0, 0, 0, 0, 0


@compiled
def write_paths(
    walkable: tuple[Array, ...],
    met: tuple[int, int, int, int, int],
    ranks: Array,
    epoch: int,
    buffers: tuple[Array, ...],
) -> Array:
    """The paths of these ranks after `meet`: a row of node positions for each."""
    ways, (near, far), links = Ways(*walkable), _halves(epoch, buffers), buffers[4]
    paths = np.empty((len(ranks), met[0] + met[1] + 2), np.int32)
    running, found, read = buffers[5][1 : met[3] + 1], links[1, met[3] :], (near, far)[met[2]]
    for place, rank in enumerate(ranks):
        row = paths[place]
        link = np.searchsorted(running, rank, "right")
        node, other = links[0, link], links[1, link]
        onwards, back = divmod(rank - buffers[5][link], read.counts[node])
        if met[2]:
            node, back, other, onwards = other, onwards, node, back
        _lead_back(ways, near, met[0], node, back, row[: met[0] + 1], found)
        _lead_back(ways, far, met[1], other, onwards, row[met[0] + 1 :][::-1], found)
    return paths
