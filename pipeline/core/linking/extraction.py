"""Dictionary extraction: the longest names of the graph that a text contains.

The text is walked word by word; at each word the longest run that is a node's normalised name
becomes a mention, with the character offsets of the text as written, which may hold characters
that cannot be seen, and with what the text asserts of it. Names never run across the end of a
sentence. Of a combination of drugs ("carbidopa/levodopa") that is no node itself, each drug is
a mention. A name that says too little, or is only a part of a word, is dropped with the reason.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from pipeline.core.characters import plain_with_places
from pipeline.core.kg.index import GraphIndex
from pipeline.core.linking.assertion import asserted_spans, assertion_at
from pipeline.core.linking.exact_names import nodes_called, too_generic
from pipeline.core.records import (
    DroppedMention,
    Extraction,
    Mention,
    Node,
    NodeType,
    Question,
    Side,
)

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SENTENCE_END = re.compile(r"[.;:?!](?=\s|$)|\n")
# What may stand after a name and a hyphen: "aspirin-induced", not "small-cell".
_AFTER_HYPHEN = re.compile(r"-(?!(?:induced|associated|related|mediated|positive)\b)\w")
# Longer names are ontology sentences that no vignette spells out.
_MAX_WORDS = 12
_JOINTS = ("-", "/")

TOO_GENERAL = "too general a word to be an entity"
PART_OF_A_WORD = "a part of a longer word"

Span = tuple[int, int]


class _Name(NamedTuple):
    """A name found: how many words it has, where it stands, which nodes bear it."""

    words: int
    span: Span
    nodes: tuple[Node, ...]


class _Dropped(NamedTuple):
    """A name that is no entity, with the reason."""

    span: Span
    reason: str


def side_text(question: Question, side: Side) -> str:
    """The text that a mention's offsets count in."""
    texts = {
        Side.QUESTION: question.text,
        Side.ANSWER: question.answer_text,
        Side.EXPLANATION: question.long_answer,
    }
    return texts[side]


def find_mentions(
    graph: GraphIndex, text: str, side: Side, *, generic_words: bool = False
) -> tuple[Mention, ...]:
    """Mentions of node names in the text, in order, none overlapping.

    `generic_words` also takes single words too common to be entities of a vignette: for texts
    that are known to name nodes.
    """
    return extract_names(graph, text, side, generic_words=generic_words).mentions


def extract_names(
    graph: GraphIndex, text: str, side: Side, *, generic_words: bool = False
) -> Extraction:
    """`find_mentions` with what was dropped: each name once, however often it stands there."""
    read, places = plain_with_places(text)
    asserted = asserted_spans(read)
    mentions: list[Mention] = []
    dropped: dict[tuple[str, str], DroppedMention] = {}
    for found in _Reading(graph, read, generic_words).names():
        start, end = places[found.span[0]], places[found.span[1] - 1] + 1
        if isinstance(found, _Dropped):
            one = DroppedMention(text[start:end], side, found.reason)
            dropped.setdefault((one.text.casefold(), one.reason), one)
            continue
        assertion = assertion_at(found.span[0], asserted)
        kind = _shared_type(found.nodes)
        mentions.append(Mention(text[start:end], side, start, end, kind, assertion))
    return Extraction(tuple(mentions), tuple(dropped.values()))


@dataclass(frozen=True)
class _Reading:
    """One text read against the names of a graph."""

    graph: GraphIndex
    text: str
    generic_words: bool

    def names(self) -> Iterator[_Name | _Dropped]:
        for words in _sentences(self.text):
            position = 0
            while position < len(words):
                rest = words[position:]
                found = self._combined(rest) or self._longest(rest)
                yield from found
                taken = sum(name.words for name in found if isinstance(name, _Name))
                position += max(1, taken)

    def _longest(self, words: list[Span]) -> list[_Name | _Dropped]:
        """The longest name that begins at the first of the words, or what was dropped there."""
        start = words[0][0]
        dropped: list[_Name | _Dropped] = []
        for length in range(min(len(words), self.graph.longest_name_words, _MAX_WORDS), 0, -1):
            span = start, words[length - 1][1]
            nodes = nodes_called(self.graph, self.text[slice(*span)])
            if not nodes:
                continue
            reason = self._reason_against(span, nodes)
            if not reason:
                return [_Name(length, span, nodes)]
            dropped = dropped or [_Dropped(span, reason)]
        return dropped

    def _reason_against(self, span: Span, nodes: tuple[Node, ...]) -> str:
        before, name = self.text[span[0] - 1 : span[0]], self.text[slice(*span)]
        if before in _JOINTS or _AFTER_HYPHEN.match(self.text, span[1]):
            return PART_OF_A_WORD
        return TOO_GENERAL if not self.generic_words and too_generic(name, nodes) else ""

    def _combined(self, words: list[Span]) -> list[_Name | _Dropped]:
        """The drugs of a combination that begins at the first word and is no node itself."""
        parts = self._joined(words)
        if len(parts) < 2 or nodes_called(self.graph, self.text[parts[0][0] : parts[-1][1]]):
            return []
        drugs = [self._drug(span) for span in parts]
        return [drug for drug in drugs if drug] if all(drugs) else []

    def _joined(self, words: list[Span]) -> list[Span]:
        """The words from the first on that nothing but a hyphen or a slash separates."""
        if self.text[words[0][0] - 1 : words[0][0]] in _JOINTS:
            return []
        joined = words[:1]
        for (_, end), word in pairwise(words):
            if self.text[end : word[0]] not in _JOINTS:
                break
            joined.append(word)
        return joined

    def _drug(self, span: Span) -> _Name | None:
        word = self.text[slice(*span)]
        named = nodes_called(self.graph, word)
        nodes = tuple(node for node in named if node.type is NodeType.DRUG)
        return _Name(1, span, nodes) if nodes and not too_generic(word, nodes) else None


def _sentences(text: str) -> Iterator[list[Span]]:
    """Word spans, sentence by sentence."""
    ends = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    for start, end in pairwise(ends):
        words = [match.span() for match in _WORD.finditer(text, start, end)]
        if words:
            yield words


def _shared_type(nodes: tuple[Node, ...]) -> NodeType | None:
    types = {node.type for node in nodes}
    return types.pop() if len(types) == 1 else None
