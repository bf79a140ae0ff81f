"""Sentences that declare the answer: "The answer is C", "Correct option: C", a heading "Answer".

A cue is found by a few fixed words; what stands around it decides whether it counts (standing.py),
and what it names is read by named/targets.py.
"""

import re
from collections.abc import Iterator
from typing import Final

from pipeline.benchmarks.extraction.named.place import Place
from pipeline.benchmarks.extraction.named.targets import OTHER, SEVERAL, Target, read
from pipeline.benchmarks.extraction.stated.claims import Claim
from pipeline.benchmarks.extraction.stated.standing import stands

COPULA: Final = (
    r"(?P<modal>would\s+be|could\s+be|might\s+be|may\s+be|can\s+be)|is|was|should\s+be|must\s+be|"
    r"will\s+be|has\s+to\s+be|can\s+only\s+be|remains|becomes|seems\s+to\s+be|appears\s+to\s+be"
)
_ANSWER: Final = re.compile(
    r"\b(?P<noun>answers?|ans|options?|choices?|response|selection|alternative|letter|one|pick|"
    r"decision|verdict|conclusion)\b"
    r"(?:\s+(?:choice|option|letter|key|selection))?(?:\s?\((?P<aside>[^()\n]{0,60})\))?"
    r"(?:\s+(?:of|here|(?P<scope>to|for|in|among|from))\b"
    r"(?P<what>(?:[ ][\w']{1,20}){0,8}?(?:,?[ ]\"[^\"\n]{1,400}\",?)?))?[ \"'\])]{0,3}"
    r"(?:(?P<sign>[:=]|->|=>|\u2192|\u21d2|-{1,2}(?=\s)|\u2014)|"
    r"(?:,[ ](?:therefore|thus|then|hence|of[ ]course),[ ])?"
    rf"\b(?:{COPULA}|(?P<plural>are))\b)",
    re.IGNORECASE,
)
# What an answer may be to, in, among: anything else ("in children") is a condition.
_THIS_QUESTION: Final = re.compile(
    r"\b(?:question|case|scenario|patient|problem|vignette|options|choices|mcq|quiz|exercise|above|"
    r"item|list|prompt|these|those|them|given|following)\b",
    re.IGNORECASE,
)
_HEADING: Final = re.compile(
    r"^[ ]{0,3}(?:#{1,6}[ ]?)?(?P<final>(?:the |my )?final )?"
    r"(?:(?:(?:the )?(?:correct|best) )?(?:answer|response)[ ]?:?[ ]?\n|ans\.[ ]?(?:is[ ])?|"
    r"correct[ ]?:)",
    re.IGNORECASE | re.MULTILINE,
)
# Words that may stand right before "answer", and must before "option", "choice" and the like.
_FITTING_WORDS = """
    final correct best right appropriate likely accurate suitable true proper only single ultimate
    my our probable chosen selected preferred overall predicted
"""
_FITTING: Final = frozenset(_FITTING_WORDS.split())
_OPENING: Final = frozenset({"the", "so", "therefore", "thus", "hence", "and", "as", "is", "that"})
_UNFITTING: Final = re.compile(
    r"(?:\b(?:least|less|not|second|third|almost|nearly|next|previous|in|un)|-)[\s-]{0,2}$",
    re.IGNORECASE,
)
_LINE_START: Final = re.compile(r"(?:^|\n|[.!?:;,\u2014(\"\u2705])[ \t#>*\"'(-]*$")
# What the answer is said to be without being named: it contradicts no letter.
_UNNAMED: Final = re.compile(
    r"[\s\"':(]*(?:that\b|because|based|as\b|in\b|on\b|to\b|from\b|of\b|for\b|supported|important|"
    r"clear|found|consistent|determined|given|correct|incorrect|right|wrong|derived|obtained|obvious|"
    r"not\b|also\b|very|likely|still|therefore|thus|explained|provided|selected|chosen|"
    r"the\s+(?:option|choice|one|correct|best|most|answer)|one\b|about|\\boxed|below|above|"
    r"[a-z]{3,}ed\b|[.,;:?!]|$)",
    re.IGNORECASE,
)


def declared(place: Place) -> Iterator[Claim]:
    """Every statement of the text that calls something the answer."""
    for match in _ANSWER.finditer(place.text):
        adjective = _adjective(place.text, match)
        noun = match.group("noun").casefold()
        if adjective is None or (noun in ("options", "choices") and not adjective):
            continue
        if match.group("scope") and not _THIS_QUESTION.search(match.group("what")):
            continue
        stage = "final_answer" if adjective == "final" else "declared"
        claim = claim_of(place, match, stage, firm=noun in ("answer", "ans"))
        if claim and (not noun.endswith("s") or noun == "ans" or claim.target.kind == SEVERAL):
            yield claim
            yield from _asides(place, match, stage)
    yield from _headed(place)


def _asides(place: Place, cue: re.Match[str], stage: str) -> Iterator[Claim]:
    """The letter in "the correct answer (C) is metformin"."""
    letter = (cue.group("aside") or "").strip()
    if label := place.offered.letters.get(letter):
        yield Claim(cue.start(), stage, Target(label, cue.end(), by_letter=True))


def _headed(place: Place) -> Iterator[Claim]:
    for match in _HEADING.finditer(place.text):
        target = read(place, match.end())
        if target.kind != OTHER:
            stage = "final_answer" if match.group("final") else "declared"
            yield Claim(match.end(), stage, target)


def claim_of(place: Place, cue: re.Match[str], stage: str, *, firm: bool = False) -> Claim | None:
    """What a cue announces, if it stands: `firm`, also where this is no option."""
    target = read(place, cue.end())
    modal = cue.groupdict().get("modal")
    if modal and not modal.casefold().startswith("would"):
        return None
    if not stands(place.text, cue.start(), cue.end(), target.end, modal=bool(modal)):
        return None
    firm = firm and _UNNAMED.match(place.text, cue.end()) is None
    return Claim(cue.end(), stage, target, firm)


def _adjective(text: str, noun: re.Match[str]) -> str | None:
    """The adjective of an answer ("correct"), "" without one, None where it is not the answer."""
    before = text[max(0, noun.start() - 60) : noun.start()]
    words = before.split()
    word = words[-1].casefold().strip("\"'(*#") if words else ""
    if word in _FITTING and before[-1:] != "-":
        return None if _UNFITTING.search(before.rstrip()[: -len(word)]) else word
    if noun.group("noun").casefold() in ("answer", "answers", "ans"):
        starts = word in _OPENING or noun.start() == 0 or _LINE_START.search(before)
        return "" if starts else None
    quoted = before[-1:] in "\"'" and text[noun.end("noun") : noun.end("noun") + 1] in "\"'"
    on_a_line = noun.group("sign") and not (before and quoted) and _LINE_START.search(before)
    return "" if on_a_line and noun.group("noun").casefold() != "one" else None


def unfitting(text: str, start: int) -> bool:
    """Whether a "best" or "most likely" is turned around by the word before it: "second best"."""
    return _UNFITTING.search(text[max(0, start - 12) : start]) is not None
