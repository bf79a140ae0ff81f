"""Claims: places where a text states its answer, and what all of them come to.

A claim that is denied or doubted is none. All claims that stand must agree. Only two things make
an earlier claim void: an explicit correction ("Wait, actually D"), and an answer that is marked as
the final one (final answer, box, answer tag).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.benchmarks.extraction.named.targets import DENIED, LISTING, OTHER, SEVERAL, Target
from pipeline.benchmarks.extraction.stages import Extracted

FINAL_STAGES: Final = frozenset({"json", "tagged", "boxed", "final_answer"})
# What takes an answer back, with or without giving another.
_RETRACTION: Final = re.compile(
    r"(?:^|[.!?\u2014\n]|[,;-](?= (?:no,? )?(?:wait|hold|scratch|sorry|correction|actually no)))"
    r"[ \n\"'*(]{0,3}(?:but |hmm+,? |oh,? |no,? ){0,2}(?:"
    r"wait\b(?! (?:and|for|\d|until|times?|list))|hold on\b|scratch that|on second thought|"
    r"correction[:.,!\u2014]|actually\b|no, (?:it|that)(?:'s| is)|(?:my )?apologies|"
    r"(?:sorry,? )?i (?:was wrong|made an? (?:mistake|error)|take (?:that|it) back|misread|"
    r"misspoke|meant|mean)\b|"
    r"let me (?:reconsider|re-?think|re-?evaluate|correct|double[- ]check|start over)|"
    r"(?:that|this)(?:'s| is) not right|sorry\b)",
    re.IGNORECASE,
)
# Saying in the end that no answer can be given takes back what was said before.
_UNDECIDED: Final = re.compile(
    r"\b(?:cannot|can't|could not|(?:im|not )possible to|unable to|not able to)"
    r" (?:\w{1,12} )?(?:determine|decide|choose|select|say|tell|answer|give|provide) "
    r"(?:(?:the|this|your|which|what|an?|any|between|among|one|single|correct|right|definit\w+|best|"
    r"final|option|options) ){0,4}(?:answer|question|option|correct|right|one|is)\b|"
    r"\banswer (?:cannot|can't|could not) be (?:determined|decided|given)\b|"
    r"\bi (?:don't|do not) know(?: the answer)?[.,!]|"
    r"\b(?:not enough|insufficient) information to (?:determine|answer|decide|choose)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A stated answer: where, by which rule, and what was named.

    `firm`: it was said in so many words that this is the answer, so that an answer outside the
    options counts as one.
    """

    at: int
    stage: str
    target: Target
    firm: bool = False

    @property
    def final(self) -> bool:
        """Whether the claim makes earlier ones void."""
        return self.stage in FINAL_STAGES


def settle(claims: Sequence[Claim], text: str) -> Extracted | None:
    """What the claims of a text come to, or None where none of them counts."""
    named = _weighing(_in_force(claims, text))
    if not named:
        return None
    last = named[-1]
    meant = {(claim.target.label, claim.target.kind) for claim in named}
    denied = {c.target.denied for c in claims if c.at > last.at and c.target.kind == DENIED}
    if len(meant) > 1 or last.target.kind == SEVERAL or last.target.label in denied - {None}:
        return Extracted(None, "several_answers")
    if last.target.label is None:
        return Extracted(None, "none_of_the_options")
    return Extracted(last.target.label, last.stage)


def _in_force(claims: Sequence[Claim], text: str) -> list[Claim]:
    """Claims that were not taken back, from the first final one on where there is one."""
    back = (*_RETRACTION.finditer(text), *_UNDECIDED.finditer(text))
    retracted = max((match.end() for match in back), default=0)
    said = sorted(
        (c for c in claims if c.at >= retracted and c.target.kind not in (DENIED, LISTING)),
        key=lambda claim: claim.at,
    )
    first = next((at for at, claim in enumerate(said) if claim.final), 0)
    return said[first:]


def _weighing(claims: Sequence[Claim]) -> list[Claim]:
    """Claims that name options, and a last one in words that fit none: "the answer is a stent"."""
    named = [claim for claim in claims if claim.target.kind != OTHER]
    others = [claim for claim in claims if claim.target.kind == OTHER and claim.firm]
    if others and (not named or others[-1].at > named[-1].at):
        return [*named, others[-1]]
    return named
