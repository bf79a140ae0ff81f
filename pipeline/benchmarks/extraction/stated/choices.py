"""Sentences that name the answer in other words: "I choose C", "Wait, D", "so C.", "the most
likely diagnosis is C".
"""

import re
from collections.abc import Iterator
from typing import Final

from pipeline.benchmarks.extraction.named.place import Place
from pipeline.benchmarks.extraction.named.targets import OTHER, read
from pipeline.benchmarks.extraction.named.vocabulary import LETTERED
from pipeline.benchmarks.extraction.stated.claims import Claim
from pipeline.benchmarks.extraction.stated.declarations import COPULA, claim_of, unfitting

_CHOSEN: Final = re.compile(
    r"\b(?:I|we)(?:'d|'ll|'m)?\s+(?:(?:would|will|have|am|can|must|do|should|therefore|thus|also|"
    r"still|confidently|have\s+to|finally)\s+){0,3}(?:choos(?:e|ing)|chose(?:n)?|select(?:ed|ing)?|"
    r"pick(?:ed|ing)?|go(?:ing)?\s+with|went\s+with|opt(?:ed|ing)?\s+for|settl(?:e|ed|ing)\s+on|"
    r"answer)\b(?!\s+between):?",
    re.IGNORECASE,
)
# An opinion, not a choice: the sentence must end behind the letter, or give its reason.
_HELD: Final = re.compile(
    r"\b(?:I|we)(?:'d)?\s+(?:(?:would|also|still|really|strongly)\s+)?(?:guess|say|think|believe|"
    r"suspect)\s+(?:that\s+)?(?:it(?:'s|\s+is|\s+must\s+be|\s+should\s+be)\s+)?",
    re.IGNORECASE,
)
_CORRECTION: Final = re.compile(
    r"(?:^|[.!?\u2014\n]) ?(?:(?:wait|hmm+|oh|no|sorry|actually|correction|scratch that|hold on|"
    r"on second thought|rather|apologies|my mistake)[,.:! \u2014]{1,3}){1,3}"
    r"(?:(?:i meant?|it(?:'s| is| should be| must be)|that(?:'s| is| should be)|make (?:that|it)|"
    r"actually|i'd say)[ :]{1,2}){0,2}",
    re.IGNORECASE,
)
_THEREFORE: Final = re.compile(r"\b(?:so|therefore|thus|hence|conclusion)[,:]? ", re.IGNORECASE)
_ENDS: Final = re.compile(
    r"[)\]\"']{0,3}(?:[.!]?\s*$|[.!]?\n|[.!] |,? (?:because|since|as (?:the|it|this|he|she))\b)"
)
_BEST: Final = re.compile(
    r"\b(?:most\s+(?:likely|appropriate|probable|suitable|accurate)|best)[ ]"
    rf"(?P<of>(?:[\w'/-]{{1,40}}[ ]){{0,10}}?)(?:{COPULA})\b",
    re.IGNORECASE,
)
# Of these a letter alone can only be an option; it may be a blood group, a vitamin or a score.
_ASKED_FOR: Final = re.compile(
    r"\b(?:diagnos[ie]s|cause|step|treatment|management|test|drug|explanation|mechanism|finding|"
    r"organism|pathogen|therapy|a?etiology|medication|agent|intervention|action|approach|"
    r"investigation|complication|course|recommendation|study|procedure|statement)\b",
    re.IGNORECASE,
)
# "The diagnosis is B. Pericarditis": without "most likely", letter and text must both be there.
_PLAIN: Final = re.compile(
    r"\b(?:the|this)[ ](?:[\w'-]{1,20}[ ]){0,3}?"
    r"(?:diagnosis|cause|step|treatment|management|test|drug|mechanism|pathogen|organism|therapy)"
    rf"(?P<of>(?:[ ][\w'-]{{1,20}}){{0,6}}?)[ ](?:{COPULA})\b",
    re.IGNORECASE,
)
_NOT_HERE: Final = re.compile(
    rf"\b(?:answers?|options?|choices?|one|letter|response|alternative|selection|not|{LETTERED})\b",
    re.IGNORECASE,
)


def chosen(place: Place) -> Iterator[Claim]:
    """Every statement of the text by which its writer takes an option."""
    for match in _CHOSEN.finditer(place.text):
        claim = claim_of(place, match, "chosen")
        if claim and claim.target.kind != OTHER:
            yield claim
    for stage, cue in (("chosen", _HELD), ("concluded", _THEREFORE)):
        for match in cue.finditer(place.text):
            claim = claim_of(place, match, stage)
            if claim and _is_whole(place, claim):
                yield claim
    for match in _CORRECTION.finditer(place.text):
        claim = Claim(match.end(), "declared", read(place, match.end()))
        if _is_whole(place, claim):
            yield claim


def _is_whole(place: Place, claim: Claim) -> bool:
    """Whether a capital letter is all that a sentence goes on with."""
    target = claim.target
    written = place.text[claim.at : target.end].strip()
    if not target.by_letter or (len(written) == 1 and written.islower()):
        return False
    return _ENDS.match(place.text, target.end) is not None


def superlative(place: Place) -> Iterator[Claim]:
    """Every "most likely" or "best" of what is asked for that is an option's letter."""
    for match in _BEST.finditer(place.text):
        of = match.group("of")
        if _NOT_HERE.search(of) or unfitting(place.text, match.start()):
            continue
        claim = claim_of(place, match, "superlative")
        if claim and claim.target.by_letter and (not of or _ASKED_FOR.search(of)):
            yield claim
    for match in _PLAIN.finditer(place.text):
        claim = claim_of(place, match, "superlative")
        if claim and claim.target.by_letter and claim.target.with_text:
            yield claim
