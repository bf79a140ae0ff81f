"""Pruning by rules: which paths bear on what the question asks.

Candidates are ranked as everywhere (pipeline.core.paths.ranking) and chosen one by one, so that
several findings of the case speak instead of one finding three times.
"""

from collections.abc import Sequence

from pipeline.core.paths.ranking import Ranking
from pipeline.core.records import Path

_MIN_SCORE = 0.12
_MIN_SHARE_OF_BEST = 0.4
_SAME_START_FACTOR = 0.75
_SAME_BETWEEN_FACTOR = 0.85


def most_relevant(ranking: Ranking, paths: Sequence[Path], keep: int) -> tuple[int, ...]:
    """Positions of the at most `keep` relevant paths, best first.

    None that falls below a least score or far behind the best.
    """
    scores = {position: ranking.relevance(path) for position, path in enumerate(paths)}
    min_score = max(_MIN_SCORE, _MIN_SHARE_OF_BEST * max(scores.values(), default=0.0))
    chosen: list[int] = []
    while len(chosen) < keep and scores:
        chosen_paths = [paths[position] for position in chosen]
        best = max(
            scores,
            key=lambda position: (
                scores[position] * _novelty(paths[position], chosen_paths),
                -position,
            ),
        )
        if scores.pop(best) >= min_score:
            chosen.append(best)
    return tuple(chosen)


def _novelty(path: Path, chosen_paths: Sequence[Path]) -> float:
    same_start = sum(other.nodes[0] == path.nodes[0] for other in chosen_paths)
    between = set(path.nodes[1:-1])
    same_between = sum(bool(between & set(other.nodes[1:-1])) for other in chosen_paths)
    return float(_SAME_START_FACTOR**same_start * _SAME_BETWEEN_FACTOR**same_between)
