"""Where the terms that a model names stand in the texts they were read from."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.core.characters import plain, plain_with_places
from pipeline.core.reasoners.language_model.answers import (
    MAX_NAME_WORDS,
    Entities,
    ExplainedEntities,
    FirstEntities,
)
from pipeline.core.records import (
    Assertion,
    DroppedMention,
    Extraction,
    Mention,
    NodeType,
    Question,
    Side,
)
from pipeline.core.records.questions import STANCES

NOT_IN_TEXT = "not in the text"
NAMED_AGAIN = "named more often than it stands there"
TOO_LONG = "longer than a term"

Span = tuple[int, int]


def extraction_of(entities: Entities | FirstEntities, question: Question) -> Extraction:
    """The mentions among the terms named, and those terms that are none, with the reason.

    What a model names that does not stand in its text is no mention, nor is a sentence: a span
    cannot be invented. Case, spacing and look-alikes do not matter. A term that is listed for
    the answer and stands only in the explanation is the explanation's. A short answer in which
    no term was found is one itself.
    """
    said = _Said.of(entities)
    asked, answered = _Text(question.text, Side.QUESTION), _Text(question.answer_text, Side.ANSWER)
    explained = _Text(question.long_answer, Side.EXPLANATION)
    for text, kind in said.in_question:
        asked.look_for(text, kind, said)
    for text, kind in said.in_answer:
        elsewhere = question.long_answer and not answered.holds(text, said)
        (explained if elsewhere else answered).look_for(text, kind, said)
    for text, kind in said.in_explanation:
        explained.look_for(text, kind, said)
    if not answered.mentions:
        answered.take_whole()
    texts = (asked, answered, explained)
    return Extraction(
        tuple(mention for text in texts for mention in text.mentions),
        tuple(dropped for text in texts for dropped in text.dropped),
    )


Named = tuple[str, NodeType | None]


@dataclass(frozen=True)
class _Said:
    """What a model named in each text, and what it says of terms, by their plain text."""

    in_question: tuple[Named, ...]
    in_answer: tuple[Named, ...]
    in_explanation: tuple[Named, ...] = ()
    assertions: dict[str, Assertion] = field(default_factory=dict)
    other_names: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, entities: Entities | FirstEntities) -> "_Said":
        asked = [(entity.text, entity.type) for entity in entities.question]
        answered = tuple((entity.text, entity.type) for entity in entities.answer)
        if isinstance(entities, FirstEntities):
            return cls(tuple(asked), answered)
        explained: tuple[Named, ...] = ()
        if isinstance(entities, ExplainedEntities):
            explained = tuple((entity.text, entity.type) for entity in entities.explanation)
        assertions = _assertions(entities)
        listed = {_key(text) for text, _ in asked}
        others = (*entities.absent, *entities.family, *entities.past)
        only_there = [(text, None) for text in others if _key(text) not in listed]
        return cls((*asked, *only_there), answered, explained, assertions, _other_names(entities))

    def assertion_of(self, text: str, side: Side) -> Assertion:
        """What the question says of a term; the other texts state theirs."""
        said = self.assertions.get(_key(text), Assertion.PRESENT)
        return said if side is Side.QUESTION else Assertion.PRESENT

    def forms_of(self, text: str) -> Iterator[tuple[str, str]]:
        """The forms in which a term may stand in its text, each with what else it is called."""
        other = self.other_names.get(_key(text), "")
        yield text, other
        if other:
            yield other, text


@dataclass
class _Text:
    """One text, the mentions found in it so far, and the terms that are none.

    Each place is taken once: a term named twice is two mentions only if it stands there twice.
    """

    text: str
    side: Side
    mentions: list[Mention] = field(default_factory=list)
    dropped: list[DroppedMention] = field(default_factory=list)

    def look_for(self, term: str, kind: NodeType | None, said: _Said) -> None:
        """Add the mention where the term stands, under the one or the other of its names."""
        reasons = []
        for form, other in said.forms_of(term):
            span, reason = self._place_of(form)
            if span:
                assertion = said.assertion_of(term, self.side)
                found = self.text[slice(*span)]
                self.mentions.append(Mention(found, self.side, *span, kind, assertion, other))
                return
            reasons.append(reason)
        self.dropped.append(DroppedMention(term, self.side, reasons[0]))

    def holds(self, term: str, said: _Said) -> bool:
        return any(True for form, _ in said.forms_of(term) for _ in _spans(form, self.text))

    def take_whole(self) -> None:
        """Add the text itself, if it is as short as a term and no stance."""
        text = self.text.strip().rstrip(".")
        if text and len(text.split()) <= MAX_NAME_WORDS and text.casefold() not in STANCES:
            start = self.text.index(text)
            self.mentions.append(Mention(text, self.side, start, start + len(text)))

    def _place_of(self, form: str) -> tuple[Span | None, str]:
        """Where the form stands and no mention does; without such a place, the reason."""
        taken = {(mention.start, mention.end) for mention in self.mentions}
        spans = list(_spans(form, self.text))
        if not spans:
            return None, NOT_IN_TEXT
        if len(plain(form).split()) > MAX_NAME_WORDS:
            return None, TOO_LONG
        return next((span for span in spans if span not in taken), None), NAMED_AGAIN


def _assertions(entities: Entities) -> dict[str, Assertion]:
    listed = {
        Assertion.PAST: entities.past,
        Assertion.FAMILY: entities.family,
        Assertion.ABSENT: entities.absent,
    }
    return {_key(text): assertion for assertion, texts in listed.items() for text in texts}


def _other_names(entities: Entities) -> dict[str, str]:
    """What else a term is called, in both directions."""
    pairs = [(one.text, one.name) for one in entities.names if _key(one.text) != _key(one.name)]
    return {_key(b): a for a, b in pairs} | {_key(a): b for a, b in pairs}


def _key(text: str) -> str:
    return " ".join(plain(text).casefold().split())


def _spans(entity_text: str, text: str) -> Iterator[Span]:
    """Where the wanted words stand as words, in order; nowhere for none."""
    words = plain(entity_text).split()
    read, places = plain_with_places(text)
    if words:
        spaced = r"\s+".join(map(re.escape, words))
        for match in re.finditer(rf"(?<!\w){spaced}(?!\w)", read, re.IGNORECASE):
            yield places[match.start()], places[match.end() - 1] + 1
