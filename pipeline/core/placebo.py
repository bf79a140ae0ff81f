"""The placebo: the method run towards a wrong option, to test what its filters are worth.

A filter that keeps a chain towards a wrong option as readily as one towards the key tests that
the text reaches its own end, not that it is right.
"""

from dataclasses import replace
from random import Random

from rapidfuzz import fuzz

from pipeline.core.kg.index import GraphIndex
from pipeline.core.linking.options import nodes_in_option
from pipeline.core.records import Node, Question


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
    """The labels of the distractors, in the order of the options."""
    return tuple(o.label for o in question.options if o.label != question.answer_label)


def random_wrong_label(question: Question, *, seed: int) -> str | None:
    """A distractor drawn by seed and question; None where there are no options."""
    key = f"{seed}:{question.source}:{question.id_in_source}"
    labels = wrong_labels(question)
    return Random(key).choice(labels) if labels else None


def nearest_wrong_labels(graph: GraphIndex, question: Question) -> tuple[str, ...]:
    """The distractors, those nearest to the key first.

    Near are nodes of the key's type with many neighbours in common; then texts that are spelt
    alike; then the order of the options.
    """
    nodes = {option.label: nodes_in_option(graph, option.text) for option in question.options}
    texts = {option.label: option.text for option in question.options}
    key = nodes.get(question.answer_label or "", ())

    def nearness(label: str) -> tuple[float, float]:
        pairs = [(one, other) for one in key for other in nodes[label]]
        return (
            max((_overlap(graph, one, other) for one, other in pairs), default=0.0),
            fuzz.ratio(question.answer_text.casefold(), texts[label].casefold()),
        )

    return tuple(sorted(wrong_labels(question), key=nearness, reverse=True))


def _overlap(graph: GraphIndex, one: Node, other: Node) -> float:
    """The share of neighbours in common; 1 is added for two nodes of one type."""
    mine, theirs = set(graph.neighbours(one.index)), set(graph.neighbours(other.index))
    return (one.type is other.type) + len(mine & theirs) / (len(mine | theirs) or 1)
