"""Ranking of candidate paths: how far each bears on what the question asks.

A path ranks by how telling its relations are for the question's kind, less for length, for hubs
in between and at its ends, and for denials nobody asked for; more where its in-between nodes
share words with the question. The weights are set by hand (question_cues): they order what is
shown, and decide nothing.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from pipeline.core.characters import plain
from pipeline.core.question_cues import Cues, cues_of
from pipeline.core.records import Edge, Node, Path, Question

_FACTOR_PER_HOP = 0.8
_UNASKED_DENIAL_FACTOR = 0.4
# What a hub counts where the question or the answer names it, against 1 in between.
_END_SHARE = 0.5
_WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True)
class Ranking:
    """How far paths bear on one question; `degree` counts a node's neighbours in the graph."""

    question: Question
    degree: Callable[[int], int]

    def relevance(self, path: Path) -> float:
        """About 0 to 2, comparable within one question."""
        telling = [max(self._weight(edge) for edge in hop) for hop in path.hops]
        # The last hop states something of the answer itself, so it counts twice.
        mean = (sum(telling) + telling[-1]) / (len(telling) + 1)
        between = path.nodes[1:-1]
        overlap = sum(bool(_words(node.name) & self._asked_words) for node in between)
        ends = self._hub(path.nodes[0]) + self._hub(path.nodes[-1])
        hubs = sum(self._hub(node) for node in between) + _END_SHARE * ends
        length = _FACTOR_PER_HOP ** (len(path.hops) - 1)
        return mean * length * self._denials(path) * (1 + 0.2 * overlap) / (1 + hubs)

    @cached_property
    def _cues(self) -> Cues:
        return cues_of(self.question)

    @cached_property
    def _asked_words(self) -> set[str]:
        return _words(self.question.text)

    def _weight(self, edge: Edge) -> float:
        """The relation's weight; a denial counts little where no denial is asked for."""
        denial = _UNASKED_DENIAL_FACTOR if self._unasked_denial(edge) else 1.0
        return self._cues.weight(edge.relation) * denial

    def _denials(self, path: Path) -> float:
        """A chain that hangs on a denial nobody asked for leads away from the question."""
        hanging = sum(all(self._unasked_denial(edge) for edge in hop) for hop in path.hops)
        return float(_UNASKED_DENIAL_FACTOR**hanging)

    def _unasked_denial(self, edge: Edge) -> bool:
        cues = self._cues
        return edge.negative and not (cues.avoid or cues.exception or edge.relation in cues.asked)

    def _hub(self, node: Node) -> float:
        """0 for a rare node, about 0.5 for one of a thousand neighbours."""
        return max(0.0, math.log10(max(1, self.degree(node.index))) - 1) * 0.25


def _words(text: str) -> set[str]:
    return {word.casefold() for word in _WORD.findall(plain(text))}
