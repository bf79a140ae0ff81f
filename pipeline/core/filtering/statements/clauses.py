"""A statement as clauses, with the ends of an edge as H and T and other entities as X.

"Salbutamol targets ADRB2, which is expressed in the lung" is two clauses, "H targets X" and "X is
expressed in the lung": what follows "and" has the first subject, what follows "which" the last.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.core.filtering.statements.naming import Naming
from pipeline.core.filtering.statements.plain_words import turns
from pipeline.core.filtering.statements.words import Word
from pipeline.core.records import Edge

_SENTENCE_ENDS = frozenset(".;:!?")
_JOINTS = re.compile(r"(?:, )?\b(which|and|so|because|since|whereas|while|hence)\b(?: |$)")
_APPOSITION = re.compile(r" , (?:an?|the) (?:(?!\b[HTX]\b|\bnot?\b)[^,])*,(?= )")
_SLOT = re.compile(r"\b[HTX]\b")
_PRONOUN = re.compile(r"\b(?:it|its|this|that|these|those|they|them|such)\b")
_ABOUT_THE_QUESTION = re.compile(r"^the (?:question|stem|vignette) (?:names|asks|mentions)\b")


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause that touches an edge: it names both ends, or one, or speaks by a pronoun.

    `turned`: the sentence it stands in holds a word that may turn its sense.
    """

    text: str
    names_both: bool
    turned: bool


def clauses_of(naming: Naming, edge: Edge) -> Iterator[Clause]:
    """The clauses of a statement that touch an edge, sentence by sentence.

    A sentence that only reports what the question asks claims nothing and is left out.
    """
    for sentence in _sentences(naming, edge):
        if _ABOUT_THE_QUESTION.match(sentence):
            continue
        turned = turns(sentence)
        parts = list(_parts(_APPOSITION.sub("", sentence)))
        if not any(_names_both(part) for part in parts) and _names_both(sentence):
            parts = [sentence]
        for part in parts:
            if _names_both(part) or _touches(part):
                yield Clause(part, _names_both(part), turned)


def slots_in(text: str) -> list[str]:
    """The letters that stand for entities, in order."""
    return _SLOT.findall(text)


def without_slots(text: str) -> str:
    """The text without the letters that stand for entities."""
    return _SLOT.sub(" ", text)


def _names_both(text: str) -> bool:
    return {"H", "T"} <= set(slots_in(text))


def _touches(text: str) -> bool:
    slots = set(slots_in(text))
    return "X" not in slots and bool(slots or _PRONOUN.search(text))


def _parts(sentence: str) -> Iterator[str]:
    """The sentence cut at its joints, each part with the subject it leaves out."""
    pieces = _JOINTS.split(sentence)
    yield pieces[0]
    for before, joint, part in zip(pieces[::2], pieces[1::2], pieces[2::2], strict=False):
        subject = {"which": _last_slot(before), "and": _first_slot(pieces[0])}.get(joint, "")
        yield part if _begins_with_slot(part) else f"{subject} {part}".strip()


def _first_slot(text: str) -> str:
    slots = slots_in(text)
    return slots[0] if slots else ""


def _last_slot(text: str) -> str:
    """The slot that a text ends with, which a "which" after it speaks of."""
    words = text.replace(",", " ").split()
    return words[-1] if words and _SLOT.fullmatch(words[-1]) else ""


def _begins_with_slot(part: str) -> bool:
    return bool(re.match(r"(?:an? |the )?[HTX]\b", part))


def _sentences(naming: Naming, edge: Edge) -> Iterator[str]:
    slots = _slots(naming, edge)
    ends = [i for i, word in enumerate(naming.words) if word.normal in _SENTENCE_ENDS]
    for start, end in pairwise([-1, *ends, len(naming.words)]):
        closes = naming.words[end].normal if end < len(naming.words) else ""
        text = " ".join(_pieces(naming.words, slots, start + 1, end))
        yield f"{text} ?" if closes == "?" else text


def _slots(naming: Naming, edge: Edge) -> dict[int, tuple[int, str]]:
    """By its first word: where an entity's span ends, and which letter stands for it."""
    letters = {edge.head: "H", edge.tail: "T"}
    return {
        start: (end, letters.get(node, "X"))
        for node in sorted(naming.spans, key=lambda node: node in letters)
        for start, end in naming.spans[node]
    }


def _pieces(
    words: Sequence[Word], slots: dict[int, tuple[int, str]], start: int, end: int
) -> Iterator[str]:
    at = start
    while at < end:
        if at in slots:
            at, letter = slots[at]
            yield letter
        else:
            yield words[at].written.casefold()
            at += 1
