"""What a claim is worth for an edge: supported, contradicted, or another relation.

Each row gives the worth of the claim as it stands and of its denial; None is for a reader. A denied
benefit does not make a contraindication, and "not contraindicated" is no indication.
"""

from collections.abc import Mapping
from typing import Final

from pipeline.core.filtering.statements.phrase import Claim
from pipeline.core.records import Edge, Support

S, C, N = Support.SUPPORTED, Support.CONTRADICTED, Support.NOT_ADDRESSED
Worth = tuple[Support | None, Support | None]

_TREATMENT: Final[Mapping[Claim, Worth]] = {
    Claim.USE: (S, C),
    Claim.INDICATED: (S, C),
    Claim.BENEFIT: (S, C),
    Claim.CHOICE: (None, None),
    Claim.HARM: (C, None),
    Claim.CAUSE: (N, None),
    Claim.LACKS: (C, None),
}
_PLAIN: Final[Mapping[Claim, Worth]] = {
    Claim.HOLDS: (S, C),
    Claim.LACKS: (C, None),
    Claim.UNLIKELY: (C, None),
    Claim.CAUSE: (None, None),
    Claim.BENEFIT: (N, None),
}
_ABSENCE: Final[Mapping[Claim, Worth]] = {
    Claim.HOLDS: (C, S),
    Claim.LACKS: (S, C),
    Claim.UNLIKELY: (S, None),
}
_MEANS: Final[Mapping[str, Mapping[Claim, Worth]]] = {
    "indication": _TREATMENT,
    # What is used off label is, by that very word, not indicated.
    "off-label use": {**_TREATMENT, Claim.INDICATED: (None, None)},
    "contraindication": {
        Claim.USE: (C, S),
        Claim.INDICATED: (C, S),
        Claim.BENEFIT: (C, None),
        Claim.CHOICE: (C, None),
        Claim.HARM: (S, C),
        Claim.CAUSE: (None, None),
        Claim.LACKS: (None, None),
    },
    "phenotype absent": _ABSENCE,
    "expression absent": _ABSENCE,
}


def worth_of(edge: Edge, claim: Claim, *, denied: bool) -> Support | None:
    """What a claim is worth for an edge; None where rules cannot tell."""
    worth = _MEANS.get(edge.display_relation, _PLAIN).get(claim)
    return worth[denied] if worth else None
