"""Positions: which of a pair's two chains of thought a reviewer sees as A, and which as B."""

from dataclasses import dataclass

from review.models import Item, PairJudgement, Reviewer
from review.queue.order import keyed_hash

Side = PairJudgement.Side
A, TIE, B = "a", "tie", "b"


@dataclass(frozen=True, slots=True)
class Positions:
    """Where the two stand. A page names A and B alone: the order of batches would be a name."""

    left: Side

    @property
    def right(self) -> Side:
        return Side.SECOND if self.left == Side.FIRST else Side.FIRST

    def stored(self, shown: str) -> str:
        """A choice on the screen as it is stored: "a" is "first" where that stood left."""
        return {A: self.left.value, TIE: TIE, B: self.right.value}.get(shown, "")

    def shown(self, stored: str) -> str:
        """A stored preference as this reviewer saw it."""
        return {self.left.value: A, TIE: TIE, self.right.value: B}.get(stored, "")


def positions_of(item: Item, *, reviewer: Reviewer) -> Positions:
    """At random by the study's seed, the pair and the reviewer: on every reload the same."""
    draw = keyed_hash(item.study.seed, "left", reviewer.pk, item.code)
    return Positions(Side.FIRST if draw % 2 else Side.SECOND)
