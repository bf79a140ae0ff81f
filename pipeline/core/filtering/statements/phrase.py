"""A phrase: words that make a claim of an edge's two ends, and which end goes before them."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

HT: Final = "HT"
TH: Final = "TH"
EITHER: Final = ""


class Claim(StrEnum):
    """What a phrase says of the two ends."""

    USE = "use"
    INDICATED = "indicated"
    BENEFIT = "benefit"
    CHOICE = "choice"
    HARM = "harm"
    CAUSE = "cause"
    HOLDS = "holds"
    LACKS = "lacks"
    UNLIKELY = "unlikely"
    NOTHING = "nothing"  # a part of another phrase: "the use of", "giving"


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that make a claim. `order` says which end stands before them: "HT" (the head, as in
    "salbutamol treats asthma"), "TH", or either.
    """

    claim: Claim
    order: str
    pattern: re.Pattern[str]


def phrases(claim: Claim, order: str, listed: str) -> tuple[Phrase, ...]:
    """One of each phrase of a list, which semicolons divide; H and T stand for the ends."""
    patterns = (" ".join(phrase.split()) for phrase in listed.split(";"))
    return tuple(Phrase(claim, order, re.compile(rf"\b(?:{one})\b")) for one in patterns if one)
