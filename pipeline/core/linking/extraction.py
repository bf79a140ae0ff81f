"""Dictionary extraction: the longest names of the graph that a text contains.

The text is walked word by word; at each word the longest run that is a node's normalised name
becomes a mention, with the character offsets of the text as written, which may hold characters
that cannot be seen. Names never run across
the end of a sentence. What the text denies is no mention.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from pipeline.core.characters import plain_with_places
from pipeline.core.kg.index import GraphIndex
from pipeline.core.linking.exact_names import nodes_called, too_generic
from pipeline.core.linking.negation import denied_spans
from pipeline.core.records import Mention, Node, NodeType, Question, Side

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_SENTENCE_END = re.compile(r"[.;:?!](?=\s|$)|\n")
# What may stand after a name and a hyphen: "aspirin-induced", not "small-cell".
_AFTER_HYPHEN = re.compile(r"-(?!(?:induced|associated|related|mediated|positive)\b)\w")
# Longer names are ontology sentences that no vignette spells out.
_MAX_WORDS = 12

Span = tuple[int, int]


def side_text(question: Question, side: Side) -> str:
    """The text that a mention's offsets count in."""
    texts = {
        Side.QUESTION: question.text,
        Side.ANSWER: question.answer_text,
        Side.EXPLANATION: question.long_answer,
    }
    return texts[side]


def find_mentions(
    graph: GraphIndex, text: str, side: Side, *, generic_words: bool = False, denied: bool = False
) -> tuple[Mention, ...]:
    """Mentions of node names in the text, in order, none overlapping.

    `generic_words` also takes single words too common to be entities of a vignette, `denied`
    also what the text says is absent: both for texts that are known to name nodes.
    """
    read, places = plain_with_places(text)
    denied_parts = () if denied else denied_spans(read)
    found = (
        (places[start], places[end - 1] + 1, nodes)
        for (start, end), nodes in _longest_names(graph, read, generic_words)
        if not any(begin <= start < stop for begin, stop in denied_parts)
    )
    return tuple(
        Mention(text[start:end], side, start, end, _shared_type(nodes))
        for start, end, nodes in found
    )


def _longest_names(
    graph: GraphIndex, text: str, generic_words: bool
) -> Iterator[tuple[Span, tuple[Node, ...]]]:
    for words in _sentences(text):
        position = 0
        while position < len(words):
            match = _longest_from(graph, text, words[position:], generic_words)
            if match:
                length, nodes = match
                yield (words[position][0], words[position + length - 1][1]), nodes
                position += length
            else:
                position += 1


def _longest_from(
    graph: GraphIndex, text: str, words: list[Span], generic_words: bool
) -> tuple[int, tuple[Node, ...]] | None:
    """The longest name that begins at the first of the words: how many words, which nodes."""
    start = words[0][0]
    if text[start - 1 : start] in ("-", "/"):
        return None
    for length in range(min(len(words), graph.longest_name_words, _MAX_WORDS), 0, -1):
        end = words[length - 1][1]
        if _AFTER_HYPHEN.match(text, end):
            continue
        nodes = nodes_called(graph, text[start:end])
        if nodes and (generic_words or not too_generic(text[start:end], nodes)):
            return length, nodes
    return None


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
