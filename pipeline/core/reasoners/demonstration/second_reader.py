"""The second reader by rules: which option do the nodes in the masked reasoning speak for?

It reads the question, the options and the masked text, never the answer key. Every option is
weighed by the edges between its nodes and the nodes the text names; a node named beside the
mask speaks most, the question's own least. Nearly equal weights are no preference. It can be
and is wrong: where a distractor has the stronger edges, it prefers the distractor.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping

from pipeline.core.kg.index import GraphIndex
from pipeline.core.linking.exact_names import nodes_named
from pipeline.core.linking.extraction import find_mentions
from pipeline.core.linking.options import nodes_in_option
from pipeline.core.masking import MASK
from pipeline.core.question_cues import Cues, cues_of
from pipeline.core.reasoner import Preference
from pipeline.core.records import Node, Question, ReadAnswer, Side
from pipeline.core.similarity.base import SimilarityBackend
from pipeline.core.similarity.spelling import spelt_as

_BESIDE_MASK = 1.0
_ELSEWHERE = 0.5
_IN_QUESTION = 0.2
_SENTENCES = re.compile(r"(?<=[.;])\s+")
# Read from what the steps affirm or deny, 84 real questions were answered yes, 47 of them rightly:
# as many as by always saying yes.
_TAKES_NO_SIDE = (
    "The question asks for a side, such as yes or no; statements of general knowledge take none."
)

# A lexical ratio that tolerates a spelling variant and hardly another word.
MIN_SAME_NAME_SCORE = 0.88
_MAX_CANDIDATES = 10
# By how much of its own weight the best option must exceed the second to be preferred.
_MARGIN = 0.2
_MIN_DIFFERENCE = 1e-9

Weights = Mapping[int, float]


def choose_option(
    graph: GraphIndex, names: SimilarityBackend, question: Question, masked: str
) -> ReadAnswer:
    """The option the masked text speaks for most; label None when none stands out.

    `names` finds options that are spelt nearly like a node (benztropine, Benzatropine).
    """
    texts = {option.label: option.text for option in question.options}
    if not texts:
        return _free_text(graph, question, masked)
    if question.asks_for_stance:
        return ReadAnswer(None, "", _TAKES_NO_SIDE)
    evidence = _evidence(graph, question, masked)
    cues = cues_of(question)
    scores = {
        label: _support(graph, _option_nodes(graph, names, text), evidence, cues)
        for label, text in texts.items()
    }
    known = {label: score for label, score in scores.items() if score is not None}
    ranked = sorted(known.items(), key=lambda item: (-item[1], item[0]))
    if not _stands_out(ranked, cues):
        return ReadAnswer(None, "", "No option stands out by its edges to what the text names.")
    label, score = ranked[0]
    return ReadAnswer(
        label,
        texts[label],
        f"Of {len(texts)} options, {len(known)} are known to the graph; "
        f"{label} fits best with weight {score:.2f}.",
    )


def prefer(graph: GraphIndex, question: Question, first: str, second: str) -> Preference:
    """The chain that needs fewer things between the case's own and its end; else neither.

    A weak sign: of 1,100 pairs of a right and a wrong chain on real questions it was right on
    40 % and wrong on 31 % (docs/method.md).
    """
    between = [len(_in_between(graph, question, text)) for text in (first, second)]
    explanation = f"The chains name {between[0]} and {between[1]} things beside the question's own."
    if between[0] == between[1]:
        return Preference("neither", explanation)
    return Preference("first" if between[0] < between[1] else "second", explanation)


def _in_between(graph: GraphIndex, question: Question, masked: str) -> set[int]:
    """The nodes that a text names and the question does not."""
    named = {node.index for node in _nodes_in(graph, question.text)}
    return {node.index for node in _nodes_in(graph, masked)} - named


def _option_nodes(graph: GraphIndex, names: SimilarityBackend, text: str) -> tuple[Node, ...]:
    nodes = nodes_in_option(graph, text)
    if nodes:
        return nodes
    similar = names.candidates(text, None, _MAX_CANDIDATES, MIN_SAME_NAME_SCORE)
    return tuple(candidate.node for candidate in similar if spelt_as(text, candidate.node))[:1]


def _stands_out(ranked: list[tuple[str, float]], cues: Cues) -> bool:
    """A single best option; in an exception the best is the least supported, even at 0."""
    if not ranked or (ranked[0][1] <= 0 and not cues.exception):
        return False
    if len(ranked) == 1:
        return True
    best, second = ranked[0][1], ranked[1][1]
    return best - second > max(_MIN_DIFFERENCE, _MARGIN * abs(best))


def _evidence(graph: GraphIndex, question: Question, masked: str) -> Weights:
    """Node indices that question and text name, with how much each counts."""
    weights: dict[int, float] = {}
    for node in _nodes_in(graph, question.text):
        weights[node.index] = _IN_QUESTION
    for sentence in _SENTENCES.split(masked):
        counts = _BESIDE_MASK if MASK in sentence else _ELSEWHERE
        for node in _nodes_in(graph, sentence):
            weights[node.index] = max(weights.get(node.index, 0.0), counts)
    return weights


def _nodes_in(graph: GraphIndex, text: str) -> tuple[Node, ...]:
    text = text.replace(MASK, ";")
    mentions = find_mentions(graph, text, Side.QUESTION, generic_words=True)
    return tuple(node for mention in mentions for node in nodes_named(graph, mention.text))


def _support(
    graph: GraphIndex, nodes: tuple[Node, ...], evidence: Weights, cues: Cues
) -> float | None:
    """The weight of an option's edges to the evidence; None when the graph does not know it."""
    if not nodes:
        return None
    return round(
        sum(
            counts * max(_bond(graph, node.index, index, cues) for node in nodes)
            for index, counts in evidence.items()
        ),
        9,
    )


def _bond(graph: GraphIndex, option: int, other: int, cues: Cues) -> float:
    """The most telling edge between two nodes, less where the other end is a hub."""
    edges = graph.edges_between(option, other)
    if not edges:
        return 0.0
    sign = -1.0 if cues.exception else 1.0
    weights = [
        cues.weight(edge.relation) * (_negative_sign(cues) if edge.negative else sign)
        for edge in edges
    ]
    return max(weights, key=abs) / (1 + math.log10(max(1, graph.degree(other))) * 0.3)


def _negative_sign(cues: Cues) -> float:
    """A denial speaks for an option where the exception or the thing to avoid is asked."""
    return 1.0 if cues.avoid != cues.exception else -0.5


def _free_text(graph: GraphIndex, question: Question, masked: str) -> ReadAnswer:
    """Without options: the node that most of what the text names points to."""
    cues, votes = cues_of(question), Counter[int]()
    evidence = _evidence(graph, question, masked)
    for index, counts in evidence.items():
        for neighbour in graph.neighbours(index):
            if neighbour not in evidence:
                votes[neighbour] += counts * _bond(graph, neighbour, index, cues)  # type: ignore[assignment]
    ranked = sorted(votes.items(), key=lambda item: (-item[1], item[0]))
    if not ranked or ranked[0][1] <= 0:
        return ReadAnswer(None, "", "The text names nothing that the graph knows.")
    name = graph.node(ranked[0][0]).name
    return ReadAnswer(None, name, f"Most of what the text names is joined to {name}.")
