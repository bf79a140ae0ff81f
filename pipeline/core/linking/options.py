"""The nodes that answer options name, and every name by which a CoT may give one away."""

from collections.abc import Iterable

from pipeline.core.kg.index import GraphIndex
from pipeline.core.linking.exact_names import nodes_called
from pipeline.core.linking.extraction import find_mentions
from pipeline.core.records import LinkedEntity, Node, Question, Side


def nodes_in_option(graph: GraphIndex, text: str) -> tuple[Node, ...]:
    """The nodes an option's whole text names; otherwise those named within it."""
    whole = nodes_called(graph, text)
    if whole:
        return whole
    within = find_mentions(graph, text, Side.ANSWER, denied=True)
    return tuple(
        dict.fromkeys(node for mention in within for node in nodes_called(graph, mention.text))
    )


def option_aliases(
    graph: GraphIndex, question: Question, linked: Iterable[LinkedEntity]
) -> tuple[str, ...]:
    """Names of the nodes that options stand for, all options treated alike.

    Names and synonyms of the answer's linked nodes and of whatever nodes any option names; but
    nothing that the question itself names, which the reader has before them in any case.
    """
    answers = [entity.node for entity in linked if entity.mention.side is Side.ANSWER]
    named = [node for option in question.options for node in nodes_in_option(graph, option.text)]
    known = {
        graph.normalised_name(node.index)
        for mention in find_mentions(graph, question.text, Side.QUESTION, denied=True)
        for node in nodes_called(graph, mention.text)
    }
    return tuple(
        dict.fromkeys(
            name
            for node in (*answers, *named)
            if graph.normalised_name(node.index) not in known
            for name in (node.name, *graph.synonyms_of(node.index))
        )
    )
