"""Answers told by where they stand: a letter or an option alone on the first or last line.

A list of the options, repeated or gone through one by one, states nothing: where lines name several
options, no line is read, unless all others are rejected. A letter or a text alone on the last line
may be the beginning of a word or sentence that was cut off, so it must be set apart or end there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.benchmarks.extraction.named.offered import STANCES, Offered
from pipeline.benchmarks.extraction.named.place import Place, place
from pipeline.benchmarks.extraction.named.targets import OTHER, SEVERAL, Target, read, read_alone
from pipeline.benchmarks.extraction.named.vocabulary import REJECTS
from pipeline.benchmarks.extraction.stated.claims import Claim

_MARKS: Final = re.compile(r"^[ >#*\u2022\u25cf\u2705\u2714\u27a1\u2192=-]{0,12}(?:\d{1,2}[.)] )?")
_LABEL: Final = re.compile(
    r"(?:(?:option|choice|answer) )?[(\[]?(?P<letter>[A-Za-z])"
    r"(?:[)\]][.:]?|[.:](?= |$)| ?\u2014| -(?= )|$)",
    re.IGNORECASE,
)
_ANNOUNCES: Final = re.compile(
    r":\s*$|\b(?:options?|choices|one by one|each|following|consider|let's|let us|analy[sz]e)\b",
    re.IGNORECASE,
)
_STANCE: Final = re.compile(
    r"[.!;:\n]| ?\u2014|, (?!but\b|if\b|unless\b|although\b|though\b|however\b|except\b)|$| - "
)
_LESSENS: Final = re.compile(
    r"\b(?:but|however|although|though|possible|plausible|rare\w*|uncommon|might|could|may|"
    r"sometimes|usually|often|second-line|later|if|unless)\b",
    re.IGNORECASE,
)
# "No, the text does not answer the question" answers nothing, nor does "Yes, I can help".
_UNANSWERED: Final = re.compile(
    r"\W{1,4}(?:let(?:'s| me| us)|however|but|although|though|yet|please|thanks?|sorry|doctor|sir|"
    r"here(?:'s| is| are)|sure|certainly|i (?:understand|see)|"
    r"(?:this|that|it)(?:'s| is) an? (?:very )?(?:good|great|interesting|important|difficult|hard|"
    r"excellent|complex))\b|\W{1,4}of course\s?[.!]|\. ?\d|"
    r"\W{1,4}(?:i|we)(?:'ll|'m|'d| am| will| would| can| could| cannot| can't| need| have)\b"
    r"[^.!?]{0,40}\b(?:answer|help|assist|provide|analy[sz]|happy|glad|explain|look|start|begin|"
    r"think|go through|consider|review|understand|see|read|determine|tell|say|sure|certain|know)|"
    r"\W{1,4}(?:the|this) (?:text|abstract|passage|context|article|study|information|question)\b"
    r"[^.!?]{0,60}\b(?:answer|address|provide|mention|specif|contain|enough|possible|"
    r"insufficient|about\b)",
    re.IGNORECASE,
)
# What tells that a last line did not just begin: a letter set apart, a text with its full stop.
_COMPLETE: Final = {"lone_letter": re.compile(r"^[(\[]"), "option_text": re.compile(r"[.!]$")}
_ANYHOW: Final = re.compile("")
_OTHERS: Final = re.compile(
    r"^(?:why (?:not|the others?|others?)|(?:the )?(?:other|incorrect|wrong) (?:options|choices|"
    r"answers))\b",
    re.IGNORECASE,
)
_FIRST_SENTENCE: Final = re.compile(r"[^.!?\n]{0,400}")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line without its marks, where it began, and the label it begins with."""

    text: str
    at: int
    label: str | None
    target: Target


def placed(spot: Place) -> Iterator[Claim]:
    """What the first line and the last line of a text name, as far as they stand alone."""
    lines = _lines(spot)
    if not lines:
        return
    first, last = lines[0], lines[-1]
    if _is_list(lines):
        return
    claim = _whole(first, alone=len(lines) == 1) or _opening(first, spot.offered)
    if claim and not _rejected(first, lines):
        yield claim
    if len(lines) > 1:
        yield from _closing(lines[-2], last)


def _lines(spot: Place) -> list[_Line]:
    found, at = [], 0
    for written in spot.text.split("\n"):
        marks = _MARKS.match(written)
        start = marks.end() if marks else 0
        text = written[start:].strip()
        if text:
            label = _label(text, spot.offered)
            target = read_alone(text, spot.offered) if len(text) < 600 else Target(None, 0, OTHER)
            found.append(_Line(text, at + start, label, target))
        at += len(written) + 1
    return found


def _label(text: str, offered: Offered) -> str | None:
    """The label that a line begins with, as lines of a list do."""
    match = _LABEL.match(text)
    if match is None:
        return None
    letter = match.group("letter")
    if letter.islower() and ")" not in match.group() and "]" not in match.group():
        return None
    return offered.letters.get(letter.upper())


def _is_list(lines: Sequence[_Line]) -> bool:
    """Whether lines name several options, and it is not the first against all others."""
    named = [(at, _names(line)) for at, line in enumerate(lines)]
    first = named[0][1]
    others = [at for at, label in named if label and label != first]
    if not others:
        return False
    if lines[0].target.label is None:
        return first is not None or len({named[at][1] for at in others}) > 1
    headed = any(_OTHERS.search(line.text) for line in lines[1 : others[0]])
    return not (headed or all(REJECTS.search(lines[at].text) for at in others))


def _names(line: _Line) -> str | None:
    """The label of a line; a line of letter and another's text is of a list of its own."""
    contradicted = line.label and line.target.kind == SEVERAL
    return SEVERAL if contradicted else line.label or line.target.label


def _whole(line: _Line, *, alone: bool) -> Claim | None:
    """A line that is nothing but a naming. One of none of the options must be the whole text."""
    target = line.target
    if target.label is None and not (alone and target.kind != OTHER) and target.kind != SEVERAL:
        return None
    if not target.by_letter:
        stage = "option_text"
    else:
        stage = "lone_letter" if len(line.text.strip(" ()[].:*")) == 1 else "labelled_line"
    return Claim(line.at, stage, target)


def _opening(line: _Line, offered: Offered) -> Claim | None:
    """A first line that goes on behind letter and text, or behind "Yes,"."""
    spot = place(line.text, offered)
    if line.label:
        target = read(spot, 0)
        said = target.label == line.label and target.end > len("Option (C)")
        own = said and _own_text_ends(spot, target) and not _lessens(line.text[target.end :])
        return Claim(line.at, "labelled_line", target) if own else None
    return _stance(line, spot)


def _own_text_ends(spot: Place, target: Target) -> bool:
    label = target.label or ""
    words = spot.offered.words(label)
    last = spot.words.at(target.end)
    return bool(words) and spot.words.words[max(0, last - len(words)) : last] == words


def _stance(line: _Line, spot: Place) -> Claim | None:
    """A first line such as "Yes, the study shows it."."""
    for label in spot.offered.labels:
        words = spot.offered.words(label)
        stance = len(words) == 1 and words[0] in STANCES and spot.words.words[:1] == words
        end = spot.words.ends[0] if stance else 0
        if stance and _STANCE.match(line.text, end) and not _UNANSWERED.match(line.text, end):
            following = spot.words.words[1:2]
            named = bool(following) and following[0] in STANCES
            return None if named else Claim(line.at, "option_text", Target(label, 0))
    return None


def _rejected(line: _Line, lines: Sequence[_Line]) -> bool:
    """Whether what follows a first line speaks against it. Behind "No" it only goes on."""
    if len(lines) < 2:
        return False
    if len(line.text) == 1 and lines[1].text[:1].islower():
        return True  # "I" or "A" at the end of a line is the beginning of a sentence
    if lines[1].label or line.text.split()[0].casefold().strip(".,:") in STANCES:
        return False
    return _speaks_against(lines[1].text)


def _speaks_against(text: str) -> bool:
    sentence = _FIRST_SENTENCE.match(text.lstrip(" .:)-"))
    return bool(sentence and REJECTS.search(sentence.group()))


def _lessens(text: str) -> bool:
    return _speaks_against(text) or _LESSENS.search(text) is not None


def _closing(before: _Line, last: _Line) -> Iterator[Claim]:
    if last.target.label and not _ANNOUNCES.search(before.text[-160:]):
        claim = _whole(last, alone=False)
        if claim and _COMPLETE.get(claim.stage, _ANYHOW).search(last.text):
            yield claim
