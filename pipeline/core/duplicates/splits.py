"""Splits: train, validation and test by whole clusters of near-duplicate questions.

Source by source, largest clusters first and those of one size in an order that the seed decides;
each goes to the split that is furthest behind its share in the source. How far it is behind
overall counts too, by a cluster at most: so each source meets the shares as closely as whole
clusters allow, and many small sources still add up to them.
"""

import hashlib
import math
import secrets
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

SPLITS: Final = ("train", "validation", "test")
DEFAULT_SHARES: Final[Mapping[str, float]] = MappingProxyType(
    {"train": 0.9, "validation": 0.05, "test": 0.05}
)
MAX_SEED: Final = 10**9 - 1


def shares_from(text: str) -> dict[str, float]:
    """Shares from per cent in a row, such as "90, 5, 5". Raises ValueError, in a sentence."""
    try:
        parts = [float(part) / 100 for part in text.split(",")]
        shares = dict(zip(SPLITS, parts, strict=True))
        check_shares(shares)
    except ValueError as error:
        raise ValueError(
            "The shares of train, validation and test are three numbers that add up to 100, such "
            f"as 90, 5, 5; not {text!r}."
        ) from error
    return shares


def new_seed() -> int:
    """A seed to split by: short enough to be written down."""
    return secrets.randbelow(MAX_SEED + 1)


def check_shares(shares: Mapping[str, float]) -> None:
    """Raises ValueError, in a sentence for a person, unless the shares can be used."""
    if set(shares) != set(SPLITS):
        raise ValueError(f"Shares are needed of {', '.join(SPLITS)}, and of nothing else.")
    if any(not 0 <= share <= 1 for share in shares.values()):
        raise ValueError("A share lies between 0 and 1.")
    if not math.isclose(sum(shares.values()), 1, abs_tol=1e-6):
        raise ValueError("The shares of the splits must add up to 1.")


def assign_splits(
    clusters: Sequence[str],
    sources: Sequence[str],
    *,
    shares: Mapping[str, float] = DEFAULT_SHARES,
    seed: int,
) -> list[str]:
    """The split of every row, given its cluster and its source: whole clusters, stratified.

    The same rows get the same splits in any order, as long as a cluster's name does not depend
    on the order (`clusters.cluster_names`). A cluster of several sources is placed with the one
    that it has most rows of. A share of 0 gets no row. Raises ValueError as `check_shares` does.
    """
    check_shares(shares)
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    for cluster, source in zip(clusters, sources, strict=True):
        rows[cluster][source] += 1
    placing = _Placing(shares, Counter(sources))
    for cluster in sorted(rows, key=lambda name: _turn(name, rows[name], seed)):
        placing.place(cluster, rows[cluster])
    return [placing.placed[cluster] for cluster in clusters]


@dataclass(frozen=True, slots=True)
class SourceSplits:
    """How one source came out: rows by split, its clusters, and a caution or ""."""

    source: str
    clusters: int
    rows: Mapping[str, int]
    caution: str


def told(
    clusters: Sequence[str],
    sources: Sequence[str],
    splits: Sequence[str],
    *,
    shares: Mapping[str, float],
) -> list[SourceSplits]:
    """How each source came out, with a caution where a split got none of its rows."""
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    names: dict[str, set[str]] = defaultdict(set)
    for cluster, source, split in zip(clusters, sources, splits, strict=True):
        rows[source][split] += 1
        names[source].add(cluster)
    return [
        SourceSplits(
            source,
            len(names[source]),
            {name: rows[source][name] for name in SPLITS},
            _caution(
                source, len(names[source]), [s for s in SPLITS if shares[s] > 0], rows[source]
            ),
        )
        for source in sorted(rows)
    ]


def _caution(source: str, clusters: int, wanted: Sequence[str], rows: Counter[str]) -> str:
    empty = [name for name in wanted if not rows[name]]
    if not empty:
        return ""
    noun = "cluster" if clusters == 1 else "clusters"
    return (
        f"{source}: {clusters:,} {noun} of near-duplicate questions, so none of its rows is in "
        f"{' and '.join(empty)}"
    )


def _turn(cluster: str, rows: Counter[str], seed: int) -> tuple[str, int, str, str]:
    """What the order of the clusters goes by: source, size, then a draw by the seed."""
    source = min(rows, key=lambda name: (-rows[name], name))
    draw = hashlib.sha256(f"{seed}:{cluster}".encode()).hexdigest()
    return source, -rows.total(), draw, cluster


class _Placing:
    """The splits as they fill; `placed`: the split of each cluster so far."""

    def __init__(self, shares: Mapping[str, float], sizes: Counter[str]) -> None:
        self._shares = {name: share for name, share in shares.items() if share > 0}
        self._sizes = sizes
        self._in_source: dict[tuple[str, str], int] = defaultdict(int)
        self._overall: Counter[str] = Counter()
        self.placed: dict[str, str] = {}

    def place(self, cluster: str, rows: Counter[str]) -> None:
        size = rows.total()
        # `max` takes the first of equals: the splits stand in their own order.
        names = (name for name in SPLITS if name in self._shares)
        split = max(names, key=lambda name: self._behind(name, rows, size))
        self.placed[cluster] = split
        self._overall[split] += size
        for source, count in rows.items():
            self._in_source[source, split] += count

    def _behind(self, split: str, rows: Counter[str], size: int) -> float:
        """How many rows the split lacks, of the cluster's sources and of all rows placed so far."""
        share = self._shares[split]
        of_source = sum(
            count / size * (share * self._sizes[source] - self._in_source[source, split])
            for source, count in rows.items()
        )
        overall = share * (self._overall.total() + size) - self._overall[split]
        return round(of_source + max(-size, min(size, overall)), 9)
