"""The protocol SimilarityBackend: which nodes have a name like this text.

Scores mean something only within one backend, which is why thresholds belong to its
configuration (SimilarityConfig) and never to the method.
"""

from collections.abc import Sequence
from typing import Protocol

from pipeline.core.records import Candidate, NodeType


class SimilarityBackend(Protocol):
    """Proposes nodes; it never decides. Implementations are safe to share by threads."""

    def candidates(
        self, text: str, type: NodeType | None, k: int, floor: float
    ) -> tuple[Candidate, ...]:
        """The at most `k` nodes of `type` (None: any) scoring `floor` or more, best first."""

    def candidates_of_each(
        self, texts: Sequence[tuple[str, NodeType | None]], k: int, floor: float
    ) -> tuple[tuple[Candidate, ...], ...]:
        """The same for all open mentions of a question, in their order.

        A backend that gains by taking the texts together overrides this.
        """
        return tuple(self.candidates(text, type, k, floor) for text, type in texts)
