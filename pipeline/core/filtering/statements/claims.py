"""What the clauses of a statement claim of an edge: phrase by phrase, with direction and denial.

Rules decide only what is plain: one claim, or claims that agree, in a clause of plain words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.core.filtering.statements.clauses import Clause, clauses_of, slots_in, without_slots
from pipeline.core.filtering.statements.naming import Naming
from pipeline.core.filtering.statements.phrase import Claim, Phrase
from pipeline.core.filtering.statements.phrases import phrases_for
from pipeline.core.filtering.statements.plain_words import all_plain
from pipeline.core.filtering.statements.worth import worth_of
from pipeline.core.records import Edge, Support

# What may stand between a denial and the phrase that it denies.
_BETWEEN = (
    "be|been|being|a|an|the|to|is|are|any|longer|usually|typically|generally|normally|known|"
    "recorded|considered|really|one|seen as"
)
_DENIED = re.compile(rf"\b(?:not|no|never)(?: (?:{_BETWEEN}))* $")
_DENIED_SUBJECT = re.compile(r"\bno (?:expression of )?[HT] (?:is |are |was |has been )?$")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a statement is worth for an edge, clause by clause; None: rules cannot tell.

    `direct` are the clauses that name both ends, `beside` those that name one or none and make
    a claim of this kind.
    """

    direct: tuple[Support | None, ...]
    beside: tuple[Support | None, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """A phrase that stands in a clause; `begins` counts its denial in."""

    phrase: Phrase
    begins: int
    start: int
    end: int

    @property
    def denied(self) -> bool:
        return self.begins < self.start


def claims_on(naming: Naming, edge: Edge) -> Claims:
    """What each clause that touches the edge is worth for it."""
    clauses = list(clauses_of(naming, edge))
    return Claims(
        tuple(_worth(clause, edge) for clause in clauses if clause.names_both),
        tuple(
            _worth(clause, edge)
            for clause in clauses
            if not clause.names_both and _phrases_in(clause.text, phrases_for(edge))
        ),
    )


def _worth(clause: Clause, edge: Edge) -> Support | None:
    found = _phrases_in(clause.text, phrases_for(edge))
    claims = [one for one in found if one.phrase.claim is not Claim.NOTHING]
    # "Withholding it is dangerous": two harms may undo each other.
    harms = sum(one.phrase.claim is Claim.HARM for one in claims)
    if clause.turned or harms > 1 or not all_plain(_rest(clause.text, found)):
        return None
    worths = {_worth_of(clause.text, one, edge) for one in claims}
    return worths.pop() if len(worths) == 1 else None


def _phrases_in(text: str, phrases: Sequence[Phrase]) -> list[_Found]:
    """The phrases of a clause, the longest where they overlap."""
    matches = [
        (match.start(), match.end(), phrase)
        for phrase in phrases
        for match in phrase.pattern.finditer(text)
    ]
    found: list[_Found] = []
    for start, end, phrase in sorted(matches, key=lambda m: (m[0] - m[1], m[0])):
        if not any(start < one.end and one.start < end for one in found):
            found.append(_Found(phrase, _denial_before(text, start), start, end))
    return found


def _denial_before(text: str, start: int) -> int:
    """Where the denial begins that belongs to a phrase; its own start where there is none."""
    denial = _DENIED.search(text[:start]) or _DENIED_SUBJECT.search(text[:start])
    return denial.start() if denial else start


def _rest(text: str, found: Sequence[_Found]) -> str:
    """The words that belong to no phrase; a denial among them is not plain."""
    covered = {at for one in found for at in range(one.begins, one.end)}
    left = "".join(" " if at in covered else sign for at, sign in enumerate(text))
    return without_slots(left)


def _worth_of(text: str, one: _Found, edge: Edge) -> Support | None:
    before, after = slots_in(text[: one.start])[-1:], slots_in(text[one.end :])[:1]
    ends = slots_in(text) if not one.phrase.order else (*before, *after)
    if "X" in ends:
        return None
    order = "".join((*before, *after))
    if one.phrase.order and len(order) == 2 and order != one.phrase.order:
        return _reversed(one, edge) if len(set(order)) == 2 else None
    return worth_of(edge, one.phrase.claim, denied=one.denied)


def _reversed(one: _Found, edge: Edge) -> Support | None:
    """What a claim is worth whose two ends have changed places: "asthma treats salbutamol"."""
    if one.denied:
        return None
    straight = worth_of(edge, one.phrase.claim, denied=False)
    causal = straight is None and one.phrase.claim is Claim.CAUSE
    return Support.CONTRADICTED if straight is Support.SUPPORTED or causal else straight
