"""Pruning by rules: which paths bear on what the question asks.

A path is as good as its relations are telling, less for length and for hubs in between, more
where its in-between nodes share words with the question. Paths are then chosen one by one, so
that several findings of the case speak instead of one finding three times.
"""

import math
import re
from collections.abc import Sequence

from pipeline.core.characters import plain
from pipeline.core.kg.index import GraphIndex
from pipeline.core.question_cues import Cues, cues_of
from pipeline.core.records import Edge, Node, Path, Question

_MIN_SCORE = 0.12
_MIN_SHARE_OF_BEST = 0.4
_FACTOR_PER_HOP = 0.8
_UNASKED_DENIAL_FACTOR = 0.4
_SAME_START_FACTOR = 0.75
_SAME_BETWEEN_FACTOR = 0.85
_WORD = re.compile(r"[^\W\d_]{4,}")


def most_relevant(
    graph: GraphIndex, question: Question, paths: Sequence[Path], keep: int
) -> tuple[int, ...]:
    """Positions of the at most `keep` relevant paths, best first.

    None that falls below a least score or far behind the best.
    """
    cues, words = cues_of(question), _words(question.text)
    scores = {position: relevance(graph, path, cues, words) for position, path in enumerate(paths)}
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


def relevance(graph: GraphIndex, path: Path, cues: Cues, question_words: set[str]) -> float:
    """How far a path bears on the question; about 0 to 2, comparable within one question."""
    telling = [max(edge_weight(edge, cues) for edge in hop) for hop in path.hops]
    # The last hop states something of the answer itself, so it counts twice.
    mean = (sum(telling) + telling[-1]) / (len(telling) + 1)
    between = path.nodes[1:-1]
    overlap = sum(bool(_words(node.name) & question_words) for node in between)
    hubs = sum(_hub(graph, node) for node in between)
    length = _FACTOR_PER_HOP ** (len(path.hops) - 1)
    return mean * length * _denials(path, cues) * (1 + 0.2 * overlap) / (1 + hubs)


def edge_weight(edge: Edge, cues: Cues) -> float:
    """The relation's weight; a denial counts little where no denial is asked for."""
    return cues.weight(edge.relation) * (
        _UNASKED_DENIAL_FACTOR if _unasked_denial(edge, cues) else 1.0
    )


def _denials(path: Path, cues: Cues) -> float:
    """A chain that hangs on a denial nobody asked for leads away from the question."""
    hanging = sum(all(_unasked_denial(edge, cues) for edge in hop) for hop in path.hops)
    return float(_UNASKED_DENIAL_FACTOR**hanging)


def _unasked_denial(edge: Edge, cues: Cues) -> bool:
    asked = cues.avoid or cues.exception or edge.relation in cues.asked
    return edge.negative and not asked


def _hub(graph: GraphIndex, node: Node) -> float:
    """0 for a rare node, about 0.5 for one of a thousand neighbours."""
    return max(0.0, math.log10(max(1, graph.degree(node.index))) - 1) * 0.25


def _novelty(path: Path, chosen_paths: Sequence[Path]) -> float:
    same_start = sum(other.nodes[0] == path.nodes[0] for other in chosen_paths)
    between = set(path.nodes[1:-1])
    same_between = sum(bool(between & set(other.nodes[1:-1])) for other in chosen_paths)
    return float(_SAME_START_FACTOR**same_start * _SAME_BETWEEN_FACTOR**same_between)


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(plain(text))}
