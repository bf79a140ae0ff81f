"""Sentences whose subject is an option: "C is the correct answer", "Option C is correct".

That an option "is correct" only says that it is true. It is the answer where every other option
that is named is called wrong and the text came to its end: a question may ask for the false
statement, and a text that goes through the options may break off before it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from pipeline.benchmarks.extraction.named.place import Place
from pipeline.benchmarks.extraction.named.targets import OTHER, SEVERAL, Target, read_alone
from pipeline.benchmarks.extraction.stated.claims import Claim
from pipeline.benchmarks.extraction.stated.standing import SENTENCE_END, stands

_LONGEST_SUBJECT: Final = 300
_NOUN: Final = (
    r"(?:answer|option|choice|one|diagnosis|cause|explanation|response|match|fit|step|treatment|"
    r"management|selection|alternative|mechanism|etiology|medication|drug|test|therapy|pick)"
)
_BEST: Final = re.compile(
    r" (?:is|are|was|(?P<modal>would be)|must be|should be|remains|represents) "
    r"(?:(?:clearly|therefore|thus|indeed|probably|definitely|actually|hence|then|still|"
    r"certainly|by far|overall) ){0,2}(?:the|our|my) (?:single |one |only )?"
    r"(?:(?:most (?:likely|appropriate|probable|suitable|accurate)|best|correct|right|final)"
    rf"(?: (?:possible|overall|clinical|underlying|next|supported|answer))?(?: {_NOUN})?|answer)"
    r"(?: in (?:the )?(?:management|treatment|diagnosis)(?: of (?:this|the) \w{1,15})?)?"
    r"(?: (?:for|in|to|among|of|out of) (?:this|the|our|these|all|her|his|those) "
    r"(?:given |above |listed |clinical |particular )?"
    r"(?:question|case|patients?|scenario|vignette|situation|options|choices|list))?"
    r"(?=\s?(?:[.,;:!?)\]\n\u2014]|$)|"
    r" (?:because|since|as|given|based|here|due|and|but|which)\b| -)",
    re.IGNORECASE,
)
_JUDGED: Final = re.compile(
    r" (?:is|are)(?: (?:clearly|therefore|thus|indeed|definitely|all|both))? "
    r"(?:(?P<wrong>incorrect\b|not correct\b|wrong\b)|"
    r"(?:correct|right)(?=\s?(?:[.,;!\n\u2014(]|$)|"
    r" (?:because|since|as (?:the|it|this|he|she))\b))",
    re.IGNORECASE,
)
_ALSO: Final = re.compile(
    r" (?:is|would be|could be) (?:also|equally) "
    r"(?:an? |the )?(?:correct|acceptable|right|valid)\b",
    re.IGNORECASE,
)
_MADE: Final = re.compile(
    r"\b(?:mak(?:es|ing)|leav(?:es|ing)) (?P<rest>[^\n]{1,120}?) (?:as )?the "
    r"(?:most likely|most appropriate|best|correct|right|only) "
    r"(?:\w{1,20} )?(?:answer|choice|option)\b",
    re.IGNORECASE,
)
_COLON: Final = re.compile(r"[:;] ")
_CONJUNCTION: Final = re.compile(
    r"\b(?:so|therefore|thus|hence|that|because|since|but|while|whereas|although|think|believe|"
    r"conclude|feel),? ",
    re.IGNORECASE,
)
_NO_LIST: Final = re.compile(r"(?:\b[A-Z]\b[)\]]?|\b(?:not|nor|and|or)\b[^,]{0,60})\s*,\s*$")
_OTHERS: Final = re.compile(
    r"\b(?:others?|rest|remaining)\b(?: (?:options|choices|answers|ones))?$", re.IGNORECASE
)
_NAMED: Final = re.compile(
    r"\b(?:[Oo]ption|[Cc]hoice|[Aa]nswer|[Ss]tatement)s? \(?([A-Z])\b|[(\[]([A-Z])[)\]]|"
    r"(?:^|\n)[ *#-]{0,4}([A-Z])[).:]|(?<![\w-])([A-Z])(?= (?:is|are)\b)"
)
_LETTERS: Final = re.compile(r"(?<![\w-])([A-Z])(?![\w-])")


@dataclass(frozen=True, slots=True)
class _Subject:
    start: int
    target: Target


def predicated(place: Place) -> Iterator[Claim]:
    """Every statement that calls an option the best, the most likely or the correct one."""
    for match in _BEST.finditer(place.text):
        subject = _subject(place, match.start())
        if subject and _own_words(place, subject.start, match):
            yield Claim(match.start(), "predicate", subject.target)
    for match in _MADE.finditer(place.text):
        target = read_alone(match.group("rest"), place.offered)
        if target.by_letter and _own_words(place, match.start(), match):
            yield Claim(match.start(), "predicate", replace(target, end=match.end()))
    for match in _ALSO.finditer(place.text):
        subject = _subject(place, match.start())
        if subject and subject.target.by_letter:
            yield Claim(match.start(), "predicate", Target(None, match.end(), SEVERAL))


def _own_words(place: Place, start: int, match: re.Match[str]) -> bool:
    modal = bool(match.groupdict().get("modal"))
    return stands(place.text, start, start, match.end(), modal=modal)


def _subject(place: Place, end: int) -> _Subject | None:
    """The option that a clause begins with and that fills it up to a verb."""
    start = max(0, end - _LONGEST_SUBJECT)
    before = place.text[start:end]
    for divider in (SENTENCE_END, _COLON, _CONJUNCTION):
        at = _last_end(divider, before)
        target = read_alone(before[at:], place.offered)
        if target.kind != OTHER:
            return _Subject(start + at, target)
    at = before.rfind(", ") + 2
    if at > 1 and not _NO_LIST.search(before[max(0, at - 80) : at]):
        target = _in_apposition(before, at, place)
        if target.by_letter:
            return _Subject(start + at, target)
    return None


def _in_apposition(text: str, at: int, place: Place) -> Target:
    """What stands behind the last comma; SEVERAL, where the text of another option is before it."""
    target = read_alone(text[at:], place.offered)
    begun = max(_last_end(divider, text) for divider in (SENTENCE_END, _COLON, _CONJUNCTION))
    before = read_alone(text[begun:at].rstrip(", "), place.offered)
    if target.label and before.label not in (None, target.label):
        return replace(target, label=None, kind=SEVERAL)
    return target


def _last_end(divider: re.Pattern[str], text: str) -> int:
    ends = [match.end() for match in divider.finditer(text)]
    return ends[-1] if ends else 0


def judged(place: Place, *, complete: bool) -> Iterator[Claim]:
    """The one option that is called correct, where all others that are named are called wrong."""
    right: dict[str, int] = {}
    wrong: set[str] = set()
    others_wrong = False
    for match in _JUDGED.finditer(place.text):
        sentence = _sentence_before(place.text, match.start())
        if match.group("wrong"):
            others_wrong |= _OTHERS.search(sentence) is not None
            wrong |= _letters_in(sentence, place)
        elif label := _called_right(place, match):
            right.setdefault(label, match.start())
    open_ones = set() if others_wrong else _named(place) - wrong - set(right)
    if complete and len(right) == 1 and not open_ones and not wrong & set(right):
        ((label, at),) = right.items()
        yield Claim(at, "predicate", Target(label, at, by_letter=True))


def _called_right(place: Place, match: re.Match[str]) -> str | None:
    subject = _subject(place, match.start())
    own = subject and _own_words(place, subject.start, match)
    return subject.target.label if subject and own else None


def _sentence_before(text: str, end: int) -> str:
    before = text[max(0, end - _LONGEST_SUBJECT) : end]
    return before[_last_end(SENTENCE_END, before) :]


def _letters_in(sentence: str, place: Place) -> set[str]:
    letters = place.offered.letters
    return {letters[letter] for letter in _LETTERS.findall(sentence) if letter in letters}


def _named(place: Place) -> set[str]:
    letters = place.offered.letters
    found = ("".join(match.groups("")) for match in _NAMED.finditer(place.text))
    return {letters[letter] for letter in found if letter in letters}
