"""What is named at a place of the text: an option by letter or by text, several, or none of them.

Letter and text that contradict each other count as several answers, and so do letters joined by
"and", "or" or a comma. A list of the options, repeated, names none of them.
"""

import re
from dataclasses import dataclass
from typing import Final

from pipeline.benchmarks.extraction.named.letters import Letter, letter_at, text_behind
from pipeline.benchmarks.extraction.named.offered import Offered
from pipeline.benchmarks.extraction.named.place import Place, place
from pipeline.benchmarks.extraction.named.vocabulary import REJECTS

# Why a place names no single option.
SEVERAL: Final = "several"
OUTSIDE: Final = "outside"
OTHER: Final = "other"
DENIED: Final = "denied"
LISTING: Final = "listing"


@dataclass(frozen=True, slots=True)
class Target:
    """What is named. `label` is an option's; without one, `kind` says why there is none.

    `by_letter`: a letter was written; `with_text`: and the option's text behind it. `end`: where
    the naming ends. `denied`: which option is said not to be the answer.
    """

    label: str | None
    end: int
    kind: str = ""
    by_letter: bool = False
    with_text: bool = False
    denied: str | None = None


_LEAD: Final = re.compile(
    r"[\s\"'$:=>]*(?:(?:that|most|very|quite)?\s?(?:likely|probably|clearly|definitely|certainly|"
    r"therefore|thus|hence|actually|indeed|still|simply|then|obviously|surely)\b,?\s*){0,2}"
    r"(?P<choice>(?:the\s+)?(?:(?:correct|right|best)\s+)?(?:answer\s+)?(?:option|choice|letter|"
    r"alternative|answer)\b\s*:?\s*)?[\"']?",
    re.IGNORECASE,
)
_MANY: Final = re.compile(
    r"(?:both|either|between)\s+(?:options?\s+|choices?\s+)?[(\"]?(?-i:[A-Z])\b|"
    r"all\s+of\s+(?:the\s+above|these|them)\b|all\b(?=[.\s]*$)",
    re.IGNORECASE,
)
_NONE: Final = re.compile(
    r"(?:none|neither)\s+of\s+(?:the|these|those)\b|none\b(?=[.\s]*$)|not\s+(?:listed|among|given)\b",
    re.IGNORECASE,
)
_DENIAL: Final = re.compile(
    r"(?:not|never|neither|nor|anything\s+but|no\s+longer)\b", re.IGNORECASE
)
_BUT: Final = re.compile(
    r"[)\]\"']?\s*[,;.\u2014]?\s*(?:-\s)?(?:but|rather|instead|it\s+is|it's)\b,?\s*"
    r"(?:(?:the\s+answer\s+is|it\s+is|it's|is|rather|instead|actually)\s+)?",
    re.IGNORECASE,
)
_JOIN: Final = re.compile(
    r"[\"')\]}]{0,3}(?: ?\([^()\n]{0,60}\))?"
    r"(?P<join>[ ]?(?:,[ ]?(?:and[ ]|or[ ])?|/|&|\+|\||>|;[ ]?(?:and[ ]|or[ ])?)[ ]?|"
    r"[ ](?:and/or|and|or|to|as[ ]well[ ]as|plus|versus|vs\.?)[ ]|[ ]?\([ ]?(?:and|or)[ ]|\.[ ]|"
    r"[ ](?=[(\[][A-Z][)\]]))"
    r"(?:(?:maybe|possibly|perhaps|also|even|both|option|choice|letter|potentially)[ ]){0,2}"
    r"[(\[\"']?(?P<letter>[A-Za-z])(?P<close>[)\]\"'])?(?![\w+]|-\w|-$|'\w|/(?![A-Z]\b)\w)"
)
_TEXT_JOIN: Final = re.compile(r"[)\"']{0,2} ?(?:,|/|&|\+|and\b|or\b)(?: (?:and|or)\b)? ?[\"']?")
_OR: Final = re.compile(r"[)\]\"']{0,2},?\s(?:or|versus|vs)\b", re.IGNORECASE)
_ALONE: Final = re.compile(
    r"[.)\]\"']{0,3}\s*(?:$|\n|[,;:!?)(\u2014/&]|\.|-\s)|\s(?:and|or|but|because|since|as|if)\b"
)
_SENTENCE: Final = re.compile(r"[.)\]\"']{0,3}\s*(?:$|\n|\.)")
# Another sentence begins with the second letter: "C and A is wrong", "C and I hope this helps".
_VERB: Final = re.compile(
    r"[ ](?:is|was|has|does|am|think|believe|choose|know|chose|hope|guess|will|would)\b"
)
_NEXT_IN_LIST: Final = re.compile(
    r"[\s.;,)\]\"'*-]{0,6}(?:option[ ]|choice[ ])?[(\[]?([A-Z])[)\].:](?!\w)", re.IGNORECASE
)
# The letter that a text is called by behind it: "glipizide (C)", "glipizide, which is option C".
_CALLED: Final = re.compile(
    r"[\"']?(?:\s?[(\[]\s?(?:(?:option|choice|answer|letter)\s)?\(?(?P<bracketed>[A-Z])\s?[)\]]{1,2}|"
    r"\s?(?:[,;(\[\u2014]|-{1,2})?\s?(?:(?:which|that)\s(?:is|would\sbe)\s|i\.e\.,?\s|or\s)?"
    r"(?:the\s)?(?:option|choice|answer|letter)\s\(?(?P<written>(?-i:[A-Z]))\b\)?)",
    re.IGNORECASE,
)
_LONGEST_LINE: Final = 300


def read(place: Place, position: int) -> Target:
    """What is named at a position, a few words of approach aside ("clearly option")."""
    lead = _LEAD.match(place.text, position)
    if lead is None:
        return Target(None, position, OTHER)
    chosen = lead.group("choice") is not None
    target = _read(place, lead.end(), chosen=chosen)
    if target.kind == OTHER and chosen:
        target = _read(place, lead.start("choice"), chosen=False)
    return _denied(place, target.end) if target.kind == DENIED else target


def _read(place: Place, start: int, *, chosen: bool) -> Target:
    by_text = None if chosen else place.offered.whole(place.text, place.words, start)
    if by_text is None and (without := _without_option(place.text, start)):
        return without
    letter = letter_at(place, start, chosen=chosen)
    if by_text is None:
        return _by_letter(place, letter) if letter else Target(None, start, OTHER)
    label = by_text.labels[0] if len(by_text.labels) == 1 else None
    named = Target(label, by_text.end, "" if label else SEVERAL)
    if letter is None and by_text.end - start == 1 and place.text[start].isalpha():
        return Target(None, start, OTHER)  # "B. cereus" is not the blood group
    if letter is None or letter.label in (None, label):
        return _called_otherwise(place, named) or named
    return _either(place, start, named, letter)


def _without_option(text: str, start: int) -> Target | None:
    """Words that name no single option: none of them, all of them, not this one."""
    for kind, words in ((OUTSIDE, _NONE), (DENIED, _DENIAL), (SEVERAL, _MANY)):
        if match := words.match(text, start):
            return Target(None, match.end(), kind)
    return None


def _called_otherwise(place: Place, by_text: Target) -> Target | None:
    """SEVERAL, where the letter of another option stands behind a text: "glipizide (option B)".

    And where another option's text is joined to text and letter: "glipizide (C) and metformin".
    """
    called = _CALLED.match(place.text, by_text.end)
    written = (called.group("bracketed") or called.group("written")) if called else ""
    label = place.offered.letters.get(written.upper())
    if called is None or label is None:
        return None
    if label == by_text.label and not _text_joined(place, called.end(), label):
        return None
    return Target(None, called.end(), SEVERAL)


def _either(place: Place, start: int, by_text: Target, letter: Letter) -> Target:
    """A place that reads as a text and as a letter: "A" where the texts are blood groups."""
    if len(place.text[start : by_text.end].strip("()[]\"' .")) > 1:
        return by_text
    if letter.own_text is not None:
        return _by_letter(place, letter)
    return Target(None, by_text.end, SEVERAL, by_letter=True)


def _denied(place: Place, start: int) -> Target:
    """Behind a "not": A names nothing, "A but C" names C."""
    what = _read(place, _behind_lead(place.text, start), chosen=False)
    but = _BUT.match(place.text, what.end) if what.kind not in (OTHER, DENIED) else None
    if but:
        meant = _read(place, _behind_lead(place.text, but.end()), chosen=False)
        if meant.label:
            return meant
    return Target(None, what.end, DENIED, denied=what.label)


def _behind_lead(text: str, position: int) -> int:
    lead = _LEAD.match(text, position)
    return lead.end() if lead else position


def _by_letter(place: Place, letter: Letter) -> Target:
    if letter.contradicted:
        return Target(None, _line_end(place.text, letter.end), SEVERAL, by_letter=True)
    if letter.label is None:
        return Target(None, letter.end, OUTSIDE, by_letter=True)
    end = letter.own_text or letter.end
    if _listed(place, letter, end):
        return Target(None, end, LISTING, by_letter=True)
    if letter.own_text and _text_joined(place, end, letter.label):
        return Target(None, _line_end(place.text, end), SEVERAL, by_letter=True)
    kind, end = _joined(place, letter.written, end)
    label, with_text = None if kind else letter.label, letter.own_text is not None
    return Target(label, end, kind, by_letter=True, with_text=with_text)


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _listed(place: Place, letter: Letter, end: int) -> bool:
    """Whether the next option of the list follows: this is the list, not an answer.

    A list has texts, or letters alone, and speaks against none of them.
    """
    following = _NEXT_IN_LIST.match(place.text, end)
    if following is None or letter.label is None:
        return False
    labels = place.offered.labels
    after = labels[labels.index(letter.label) + 1 :][:1]
    line = place.text[following.end() : _line_end(place.text, following.end())]
    alike = letter.own_text is not None or not line.strip() or _NEXT_IN_LIST.match(line)
    follows = place.offered.letters.get(following.group(1).upper()) in after
    return follows and bool(alike) and not REJECTS.search(line[:_LONGEST_LINE])


def _joined(place: Place, written: str, end: int) -> tuple[str, int]:
    """SEVERAL, where other letters are joined: "A and C", "B, D"; OTHER for "B and T cells"."""
    kind = ""
    while (join := _JOIN.match(place.text, end)) and _is_another(join, written):
        new_sentence = join.group("join").startswith(".")
        label = place.offered.letters.get(join.group("letter").upper())
        own = text_behind(place, join.end(), label)[0] if label else None
        if new_sentence and not _is_added(place.text, own or join.end()):
            return kind, end
        closed = join.group("close") and not new_sentence
        if not (own or closed or _ALONE.match(place.text, join.end())):
            if "," in join.group("join") or _VERB.match(place.text, join.end()):
                return kind, end
            return kind or OTHER, end
        kind, end = SEVERAL, own or join.end()
    return (SEVERAL if _OR.match(place.text, end) else kind), end


def _text_joined(place: Place, end: int, label: str) -> bool:
    """Whether another option's text is joined to the first one's: "A. yes, no"."""
    join = _TEXT_JOIN.match(place.text, end)
    found = place.offered.begun(place.text, place.words, join.end()) if join else None
    return found is not None and label not in found.labels


def _is_another(join: re.Match[str], written: str) -> bool:
    letter = join.group("letter")
    return letter != written and not (letter.islower() and written.isupper())


def _is_added(text: str, end: int) -> bool:
    """Whether nothing but a letter and its text make a sentence of their own: "C. D. Aspirin." """
    return _SENTENCE.match(text, end) is not None


_CLOSING: Final = re.compile(r"[\s.,;:!)\]}\"'>*-]*")


def read_alone(text: str, offered: Offered) -> Target:
    """What a text names that is nothing but a naming: "C", "(C) metformin", "metformin"."""
    spot = place(text, offered)
    target = read(spot, 0)
    closing = _CLOSING.match(text, target.end)
    if target.kind == OTHER or (closing and closing.end() == len(text)):
        return target
    return Target(None, target.end, OTHER)
