"""Sentences that say which option is the answer: "The answer is C", "I choose C", "C is the best".

Every rule is a cue and what it announces. A cue is found by a few fixed words; what stands around
it decides whether it counts (standing.py), and what it names is read by targets.py.
"""

import re
from collections.abc import Iterator
from typing import Final

from pipeline.benchmarks.extraction.named.place import Place
from pipeline.benchmarks.extraction.named.targets import OTHER, SEVERAL, Target, read
from pipeline.benchmarks.extraction.named.vocabulary import LETTERED
from pipeline.benchmarks.extraction.stated.claims import Claim
from pipeline.benchmarks.extraction.stated.standing import stands

_COPULA: Final = (
    r"(?P<modal>would\s+be|could\s+be|might\s+be|may\s+be|can\s+be)|is|was|should\s+be|must\s+be|will\s+be|"
    r"has\s+to\s+be|can\s+only\s+be|remains|becomes|seems\s+to\s+be|appears\s+to\s+be"
)
_ANSWER: Final = re.compile(
    r"\b(?P<noun>answers?|ans|options?|choices?|response|selection|alternative|letter|one|pick|decision|verdict)\b"
    r"(?:\s+(?:choice|option|letter|key|selection))?(?:\s?\((?P<aside>[^()\n]{0,60})\))?"
    r"(?:\s+(?:of|here|(?P<scope>to|for|in|among|from))\b"
    r"(?P<what>(?:[ ][\w']{1,20}){0,8}?))?[ \"'\])]{0,3}"
    rf"(?:(?P<sign>[:=]|->|=>|\u2192|\u21d2|-{{1,2}}(?=\s)|\u2014|,\s(?:therefore|thus|then|hence),)|\b(?:{_COPULA}|(?P<plural>are))\b)",
    re.IGNORECASE,
)
_THIS_QUESTION: Final = re.compile(
    r"\b(?:question|case|scenario|patient|problem|vignette|options|choices|mcq|quiz|exercise|above|"
    r"item|list|prompt)\b",
    re.IGNORECASE,
)
_HEADING: Final = re.compile(
    r"^[ ]{0,3}(?:#{1,6}[ ]?)?(?P<final>(?:the |my )?final )?"
    r"(?:(?:(?:the )?(?:correct|best) )?(?:answer|response)[ ]?:?[ ]?\n|ans\.[ ]?(?:is[ ])?)",
    re.IGNORECASE | re.MULTILINE,
)
# Words that may stand right before "answer", and before "option", "choice" and the like.
_FITTING: Final = frozenset(
    [
        "final",
        "correct",
        "best",
        "right",
        "appropriate",
        "likely",
        "accurate",
        "suitable",
        "true",
        "proper",
        "only",
        "single",
        "ultimate",
        "my",
        "our",
        "probable",
        "chosen",
        "selected",
        "preferred",
        "overall",
    ]
)
_OPENING: Final = frozenset(
    ["the", "so", "therefore", "thus", "hence", "and", "as", "is", "that", "ultimately"]
)
_UNFITTING: Final = re.compile(
    r"(?:\b(?:least|less|not|second|third|almost|nearly|next|previous|in|un)|[-])[\s-]{0,2}$",
    re.IGNORECASE,
)
_LINE_START: Final = re.compile(r"(?:^|\n|[.!?:;,\u2014(\"\u2705])[ \t#>*\"'(-]*$")
_CORRECTION: Final = re.compile(
    r"(?:^|[.!?\u2014\n]) ?(?:(?:wait|hmm+|oh|no|sorry|actually|correction|scratch that|hold on|"
    r"on second thought|rather|apologies|my mistake)[,.:! \u2014]{1,3}){1,3}"
    r"(?:(?:i meant?|it(?:'s| is| should be| must be)|that(?:'s| is| should be)|make (?:that|it)|"
    r"actually|i'd say)[ :]{1,2}){0,2}",
    re.IGNORECASE,
)
_THEREFORE: Final = re.compile(r"\b(?:so|therefore|thus|hence|conclusion)[,:]? ", re.IGNORECASE)
_SENTENCE_ENDS: Final = re.compile(r"[)\]\"']{0,3}(?:[.!]?\s*$|[.!]?\n|[.!] )")
_CHOSEN: Final = re.compile(
    r"\b(?:I|we)(?:'d|'ll|'m)?\s+(?:(?:would|will|have|am|can|must|do|should|therefore|thus|also|still|"
    r"confidently|have\s+to|finally)\s+){0,3}(?:choos(?:e|ing)|chose(?:n)?|select(?:ed|ing)?|pick(?:ed|ing)?|"
    r"go(?:ing)?\s+with|went\s+with|opt(?:ed|ing)?\s+for|settl(?:e|ed|ing)\s+on|answer|guess|say)\b(?!\s+between):?",
    re.IGNORECASE,
)
_BEST: Final = re.compile(
    r"\b(?:most\s+(?:likely|appropriate|probable|suitable|accurate)|"
    r"best(?! (?:known|studied|described|understood|tolerated|seen)))[ ]"
    rf"(?P<of>(?:[\w'/-]{{1,40}}[ ]){{1,10}}?)(?:{_COPULA})\b",
    re.IGNORECASE,
)
_ANSWER_NOUN: Final = re.compile(
    rf"\b(?:answers?|options?|choices?|one|letter|response|alternative|selection|not|{LETTERED})\b",
    re.IGNORECASE,
)
_EMPTY_PHRASE: Final = re.compile(
    r"[\s\"':(]*(?:that\b|because|based|as\b|in\b|on\b|to\b|from\b|of\b|for\b|supported|important|clear|found|"
    r"consistent|determined|given|correct|incorrect|right|wrong|derived|obtained|obvious|not\b|also\b|"
    r"very|likely|still|therefore|thus|explained|provided|selected|chosen|the\s+(?:option|choice|one|"
    r"correct|best|most|answer)|one\b|about|\\boxed|below|above|(?:[a-z]{3,}ed)\b|[.,;:?!]|$)",
    re.IGNORECASE,
)


def declared(place: Place) -> Iterator[Claim]:
    """Every statement of the text that says in words which option is the answer."""
    yield from _answers(place)
    yield from _corrections(place)
    yield from _conclusions(place)
    yield from _headed(place)
    for stage, cue in (("chosen", _CHOSEN), ("superlative", _BEST)):
        for match in cue.finditer(place.text):
            if stage == "chosen" or not _about_answers(place.text, match):
                claim = _claim(place, match, stage)
                if claim and claim.target.kind != OTHER and _by_letter(claim, stage):
                    yield claim


def _answers(place: Place) -> Iterator[Claim]:
    for match in _ANSWER.finditer(place.text):
        adjective = _before(place.text, match)
        noun = match.group("noun").casefold()
        if adjective is None or (noun in ("options", "choices") and not adjective):
            continue
        if match.group("scope") and not _THIS_QUESTION.search(match.group("what")):
            continue
        stage = "final_answer" if adjective == "final" else "declared"
        claim = _claim(place, match, stage, firm=noun in ("answer", "ans"))
        if claim and (not noun.endswith("rs") or claim.target.kind == SEVERAL):
            yield claim
            yield from _asides(place, match, stage)


def _asides(place: Place, cue: re.Match[str], stage: str) -> Iterator[Claim]:
    """The letter in "the correct answer (C) is metformin"."""
    letter = (cue.group("aside") or "").strip()
    if label := place.offered.letters.get(letter):
        yield Claim(cue.start(), stage, Target(label, cue.end(), by_letter=True))


def _corrections(place: Place) -> Iterator[Claim]:
    """ "Wait, actually D": a letter alone behind words that take back what was said."""
    for match in _CORRECTION.finditer(place.text):
        target = read(place, match.end())
        if target.by_letter and _SENTENCE_ENDS.match(place.text, target.end):
            yield Claim(match.end(), "declared", target)


def _conclusions(place: Place) -> Iterator[Claim]:
    """ "..., so B." at the end of a sentence."""
    for match in _THEREFORE.finditer(place.text):
        claim = _claim(place, match, "concluded")
        if claim is None or not claim.target.by_letter:
            continue
        small = place.text[match.end() : claim.target.end].islower()
        if not small and _SENTENCE_ENDS.match(place.text, claim.target.end):
            yield claim


def _headed(place: Place) -> Iterator[Claim]:
    for match in _HEADING.finditer(place.text):
        target = read(place, match.end())
        stage = "final_answer" if match.group("final") else "declared"
        if target.kind != OTHER:
            yield Claim(match.end(), stage, target)


def _claim(place: Place, cue: re.Match[str], stage: str, *, firm: bool = False) -> Claim | None:
    """What a cue announces, if it stands."""
    target = read(place, cue.end())
    modal = cue.groupdict().get("modal")
    if modal and not modal.casefold().startswith("would"):
        return None
    if not stands(place.text, cue.start(), cue.end(), target.end, modal=bool(modal)):
        return None
    firm = firm and _EMPTY_PHRASE.match(place.text, cue.end()) is None
    return Claim(cue.end(), stage, target, firm)


def _before(text: str, noun: re.Match[str]) -> str | None:
    """The adjective of an answer ("correct"), "" without one, None where it is not the answer."""
    before = text[max(0, noun.start() - 60) : noun.start()]
    word = before.split()[-1].casefold().strip("\"'(*#") if before.split() else ""
    if word in _FITTING and before[-1:] != "-":
        rest = before.rstrip()[: -len(word)]
        return None if _UNFITTING.search(rest) else word
    if noun.group("noun").casefold() in ("answer", "answers", "ans"):
        starts = word in _OPENING or _LINE_START.search(before) or noun.start() == 0
        return "" if starts else None
    named_by_line = noun.group("sign") and _LINE_START.search(before)
    return "" if named_by_line and noun.group("noun").casefold() != "one" else None


def _about_answers(text: str, match: re.Match[str]) -> bool:
    """Whether "best ... is" speaks of an answer, which has its own rules, or of a type."""
    before = text[max(0, match.start() - 12) : match.start()]
    return bool(_ANSWER_NOUN.search(match.group("of").strip()) or _UNFITTING.search(before))


def _by_letter(claim: Claim, stage: str) -> bool:
    return stage == "chosen" or claim.target.by_letter
