"""One link of the chain from a graded edge to a difference on a benchmark."""

from dataclasses import dataclass, replace
from enum import StrEnum

from review.reports.document import Link as PageLink

HIDDEN = "Shown to whoever no longer grades in a study of the release."


class State(StrEnum):
    """What a look at a link says. STATED: someone says so, and nothing here can prove it.
    UNCHECKED: it was not worked out anew this time. ABSENT: what it is about is not here."""

    HOLDS = "holds"
    BROKEN = "broken"
    UNCHECKED = "not checked"
    STATED = "stated"
    ABSENT = "not there"


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One link: what it is of, its checksum (empty: it has none), what was found, and why.

    `page` is where it can be looked at. `of_a_grade`: it shows a grade, or which trace was graded.
    """

    title: str
    what: str = ""
    sha256: str = ""
    page: PageLink | None = None
    of_a_grade: bool = False
    state: State = State.UNCHECKED
    why: str = ""

    @property
    def is_broken(self) -> bool:
        return self.state is State.BROKEN

    @property
    def hidden(self) -> "ChainLink":
        """The link for someone who may still grade in a study of the release."""
        return replace(self, what="", sha256="", page=None, why=HIDDEN)

    def holds(self, why: str) -> "ChainLink":
        return replace(self, state=State.HOLDS, why=why)

    def broken(self, why: str) -> "ChainLink":
        return replace(self, state=State.BROKEN, why=why)

    def unchecked(self, why: str) -> "ChainLink":
        return replace(self, state=State.UNCHECKED, why=why)

    def stated(self, why: str) -> "ChainLink":
        return replace(self, state=State.STATED, why=why)

    def absent(self, why: str) -> "ChainLink":
        return replace(self, state=State.ABSENT, why=why)
