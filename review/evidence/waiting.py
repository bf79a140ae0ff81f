"""What graded items still wait for, and what a study whose items wait is called: preliminary.

Items on which raters agree are settled at once, the others when someone adjudicates them. So
the figures of the settled items alone are better than those of all of them will be.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from review.models import Slot, Study

Wait = Literal["", "adjudication", "grade"]
UNFILLED = (Slot.State.OPEN, Slot.State.LEASED)


class Waiting(Protocol):
    """What is read of an item here."""

    @property
    def waits_for(self) -> Wait: ...

    @property
    def consensus(self) -> object | None: ...


@dataclass(frozen=True, slots=True)
class Preliminary:
    """How many of a study's graded items wait, and for what. Graded: judged, or flagged."""

    graded: int
    awaiting_adjudication: int
    awaiting_grade: int

    def __bool__(self) -> bool:
        return bool(self.awaiting_adjudication or self.awaiting_grade)

    @property
    def text(self) -> str:
        """As every page and file says it; empty once nothing waits."""
        if not self:
            return ""
        first, *rest = (
            (count, what)
            for count, what in (
                (self.awaiting_adjudication, "adjudication"),
                (self.awaiting_grade, "a further grade"),
            )
            if count
        )
        items = f"graded item{'' if self.graded == 1 else 's'}"
        verb = "awaits" if first[0] == 1 else "await"
        also = "".join(f", {count:,} {what}" for count, what in rest)
        return f"Preliminary: {first[0]:,} of {self.graded:,} {items} {verb} {first[1]}{also}."


def wait_of(
    *, judged: bool, settled: bool, adjudicated: bool, sent_back: bool, incomplete: bool
) -> Wait:
    """What an item waits for. `judged`: a current grade judges or flags it.

    One sent back waits for its rater, one on which raters disagree for an adjudication, and one
    that lacks grades it was to have for these: they may disagree with the ones it has.
    """
    if not judged:
        return ""
    if sent_back:
        return "grade"
    if not settled:
        return "adjudication"
    return "grade" if incomplete and not adjudicated else ""


def missing_grades(items: Sequence[int]) -> set[int]:
    """Those of the items that are still to get a grade they were to have."""
    rows = Slot.objects.filter(item__in=items, state__in=UNFILLED)
    return set(rows.exclude(item__study__state=Study.State.CLOSED).values_list("item", flat=True))


def preliminary_of(items: Iterable[Waiting]) -> Preliminary:
    """The counts over a study's sampled items."""
    waits = [item.waits_for for item in items if item.waits_for or item.consensus is not None]
    return Preliminary(len(waits), waits.count("adjudication"), waits.count("grade"))
