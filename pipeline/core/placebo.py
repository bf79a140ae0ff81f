"""The placebo: the method run towards a wrong option, to test what its filters are worth.

A filter that keeps a chain towards a wrong option as readily as one towards the key tests that
the text reaches its own end, not that it is right.
"""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from types import MappingProxyType

from rapidfuzz import fuzz

from pipeline.core.characters import plain
from pipeline.core.kg.index import GraphIndex
from pipeline.core.linking.options import nodes_in_option
from pipeline.core.records import Node, Question

# Where stances stand between yes and no; spelling says nothing of how near two of them are.
STANCE_SCALE = MappingProxyType(
    {"yes": 0, "true": 0, "maybe": 1, "unclear": 1, "no": 2, "false": 2}
)


def towards(question: Question, label: str) -> Question:
    """The question with this option as its key.

    Without the source's explanation, which argues for the published key; but where every option
    is a stance the explanation's entities are all that paths can end at, and the same for each.
    Raises KeyError for a label that is no option's.
    """
    text = {option.label: option.text for option in question.options}[label]
    explanation = question.long_answer if question.asks_for_stance else ""
    return replace(question, answer_label=label, answer_text=text, long_answer=explanation)


def wrong_labels(question: Question) -> tuple[str, ...]:
    """The labels of the distractors, in the order of the options; none where no option is the key.

    An option that repeats the key's text under another label is as right as the key.
    """
    texts = {option.label: _comparable(option.text) for option in question.options}
    key = texts.get(question.answer_label or "")
    return () if key is None else tuple(label for label, text in texts.items() if text != key)


def random_wrong_label(question: Question, *, seed: int) -> str | None:
    """A distractor drawn by seed and question; None where there is none."""
    key = f"{seed}:{question.source}:{question.id_in_source}"
    labels = wrong_labels(question)
    return Random(key).choice(labels) if labels else None


def nearest_wrong_labels(graph: GraphIndex, question: Question) -> tuple[str, ...]:
    """The distractors, those nearest to the key first.

    Near are nodes of the key's type with many neighbours in common; then texts that are spelt
    alike; then the order of the options. Where the key names no node (a sentence, a number)
    spelling alone decides, and between yes, maybe and no their place on that scale.
    """
    texts = {option.label: _comparable(option.text) for option in question.options}
    labels = wrong_labels(question)
    if not labels:
        return ()
    key = texts[question.answer_label or ""]
    if question.asks_for_stance:
        return tuple(sorted(labels, key=lambda label: _steps_between(key, texts[label])))
    ends = nodes_in_option(graph, _text_of(question, question.answer_label))
    nodes = {
        label: nodes_in_option(graph, _text_of(question, label)) if ends else () for label in labels
    }

    def nearness(label: str) -> tuple[float, float]:
        return _overlap_of(graph, ends, nodes[label]), fuzz.ratio(key, texts[label])

    return tuple(sorted(labels, key=nearness, reverse=True))


def _comparable(text: str) -> str:
    """An option's text as options are compared: without case, outer spaces, a final full stop."""
    return plain(text).strip().rstrip(".").casefold()


def _text_of(question: Question, label: str | None) -> str:
    return next(option.text for option in question.options if option.label == label)


def _steps_between(one: str, other: str) -> int:
    return abs(STANCE_SCALE.get(one, 1) - STANCE_SCALE.get(other, 1))


def _overlap_of(graph: GraphIndex, ones: Sequence[Node], others: Sequence[Node]) -> float:
    """The largest overlap of any two; 0 where one side names no node."""
    return max((_overlap(graph, one, other) for one in ones for other in others), default=0.0)


def _overlap(graph: GraphIndex, one: Node, other: Node) -> float:
    """The share of neighbours in common; 1 is added for two nodes of one type."""
    mine, theirs = set(graph.neighbours(one.index)), set(graph.neighbours(other.index))
    return (one.type is other.type) + len(mine & theirs) / (len(mine | theirs) or 1)
