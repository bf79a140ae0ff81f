"""Pruning: which of the candidate paths matter for this question (paper, section 3.2, I_prune).

Scope `question` keeps K over all entity pairs with one call; scope `pair` is the paper's, K for
each pair with one call a pair. Candidates go before the reasoner ranked, every pair of entities
with its fair share; where there are more than it is to be shown, the last are left out. What the
reasoner answers are positions, checked here: a path can be kept or dropped, never invented.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, groupby, zip_longest

from pipeline.core.config import PruneConfig
from pipeline.core.errors import MalformedOutput, PrunedToNothing
from pipeline.core.paths.ranking import Ranking
from pipeline.core.reasoner import Reasoner
from pipeline.core.records import DroppedPath, Path, Question

Pruning = tuple[tuple[Path, ...], tuple[DroppedPath, ...]]


def prune_paths(
    question: Question,
    candidates: Iterable[Path],
    reasoner: Reasoner,
    config: PruneConfig,
    degree: Callable[[int], int],
) -> Pruning:
    """The paths kept, best first, and those dropped with the reason; one call for each scope.

    `degree` counts a node's neighbours in the graph.

    Order and duplicates of `candidates` do not matter.

    Raises MalformedOutput when a position is out of range, repeated, or more than K are kept.
    """
    paths = sorted(dict.fromkeys(candidates), key=lambda path: (path.node_indices, path.layer))
    scopes = _by_pair(paths) if config.scope == "pair" else [paths]
    ranking = Ranking(question, degree)
    prunings = [_prune_scope(ranking, scope, reasoner, config) for scope in scopes if scope]
    return (
        tuple(path for kept, _ in prunings for path in kept),
        tuple(path for _, dropped in prunings for path in dropped),
    )


def require_kept(kept: Sequence[Path], dropped: Sequence[DroppedPath]) -> None:
    """Raises PrunedToNothing when no path was kept."""
    if not kept:
        raise PrunedToNothing(f"None of the {len(dropped)} paths found was kept.")


def _prune_scope(
    ranking: Ranking, paths: Sequence[Path], reasoner: Reasoner, config: PruneConfig
) -> Pruning:
    shown = rank_by_pairs(ranking, paths)[: config.shown]
    positions = reasoner.prune(ranking.question, shown, config.keep)
    _check_positions(positions, len(shown), config.keep)
    kept = tuple(shown[position] for position in positions)
    reasons = {
        path: f"not among the {len(kept)} kept of {len(shown)} in this {config.scope}"
        for path in shown
    }
    not_shown = f"not among the {len(shown)} of {len(paths)} that were shown for choice"
    chosen = set(kept)
    dropped = (path for path in paths if path not in chosen)
    return kept, tuple(
        DroppedPath(path.node_indices, path.layer, reasons.get(path, not_shown)) for path in dropped
    )


def rank_by_pairs(ranking: Ranking, paths: Sequence[Path]) -> list[Path]:
    """The candidates best first, one of every pair in turn, the pair with the best path first.

    Among equals the order is that of a hash: paths were drawn uniformly, and a hash keeps those
    shown a uniform sample of them.
    """
    question = ranking.question

    def order(path: Path) -> tuple[float, bytes]:
        identity = (question.source, question.id_in_source, path.node_indices, path.layer.value)
        digest = hashlib.sha256(repr(identity).encode("utf-8", "replace")).digest()
        return -ranking.relevance(path), digest

    orders = {path: order(path) for path in paths}
    pairs = [sorted(pair, key=orders.__getitem__) for pair in _by_pair(paths)]
    rounds = zip_longest(*sorted(pairs, key=lambda pair: orders[pair[0]]))
    return [path for path in chain.from_iterable(rounds) if path is not None]


def _check_positions(positions: Sequence[int], available: int, keep: int) -> None:
    outside = [position for position in positions if not 0 <= position < available]
    if outside:
        raise MalformedOutput(
            f"Path {outside[0]} was kept; there are {available}.", stage="pruning"
        )
    if len(set(positions)) < len(positions):
        raise MalformedOutput("The same path was kept twice.", stage="pruning")
    if len(positions) > keep:
        raise MalformedOutput(
            f"{len(positions)} paths were kept where {keep} may be.", stage="pruning"
        )


def _by_pair(paths: Sequence[Path]) -> list[list[Path]]:
    def pair(path: Path) -> tuple[int, int]:
        return path.nodes[0].index, path.nodes[-1].index

    return [list(group) for _, group in groupby(sorted(paths, key=pair), key=pair)]
