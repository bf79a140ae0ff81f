"""One thing that needs a lead: how many, since when, and where it is done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

MAX_LISTED = 5
# Things past that nobody can settle leave the list by themselves after so long.
RECENT = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class NeedRow:
    """One of them: its name, why it needs someone, since when, and its page.

    `page` names a view and `argument` is its argument, None where it takes none; `size` is how
    many things the row stands for.
    """

    title: str
    why: str
    since: datetime | None
    page: str
    argument: Any = None
    size: int = 1


@dataclass(frozen=True)
class Need:
    """Rows of one kind under a title; the first of them are listed, all are counted."""

    title: str
    rows: tuple[NeedRow, ...]

    @property
    def size(self) -> int:
        return sum(row.size for row in self.rows)

    @property
    def oldest(self) -> datetime | None:
        """Since when the oldest waits, where that is known."""
        return min((row.since for row in self.rows if row.since), default=None)

    @property
    def first(self) -> tuple[NeedRow, ...]:
        return self.rows[:MAX_LISTED]

    @property
    def not_listed(self) -> int:
        return len(self.rows) - len(self.first)


def need(title: str, rows: Iterable[NeedRow]) -> Need:
    """The rows, the oldest first."""
    return Need(title, tuple(sorted(rows, key=_age)))


def _age(row: NeedRow) -> tuple[bool, float]:
    return (row.since is None, row.since.timestamp() if row.since else 0.0)
