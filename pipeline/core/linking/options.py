"""The nodes that answer options name, and every name by which a CoT may give one away."""

from collections.abc import Iterable

from pipeline.core.characters import plain
from pipeline.core.kg.index import GraphIndex
from pipeline.core.linking.exact_names import nodes_called
from pipeline.core.linking.extraction import find_mentions
from pipeline.core.records import LinkedEntity, Node, Question, Side


def nodes_in_option(graph: GraphIndex, text: str) -> tuple[Node, ...]:
    """The nodes an option's whole text names; otherwise those named within it."""
    whole = nodes_called(graph, text)
    if whole:
        return whole
    within = find_mentions(graph, text, Side.ANSWER)
    return tuple(
        dict.fromkeys(node for mention in within for node in nodes_called(graph, mention.text))
    )


def option_aliases(
    graph: GraphIndex, question: Question, linked: Iterable[LinkedEntity]
) -> tuple[str, ...]:
    """Names and synonyms of the nodes that options stand for, all options treated alike.

    A node that a whole option names always counts, even if the question names it too. One named
    within an option counts unless all options or the question name it: the aspirin of "stop
    aspirin" and "continue aspirin" tells neither from the other. Of the linked
    entities only those of the answer count, not those of its explanation, which are the
    argument's own.
    """
    texts = [option.text for option in question.options]
    whole = [node for text in texts for node in nodes_called(graph, text)]
    parts = [set(nodes_in_option(graph, text)) - set(whole) for text in texts]
    shared = set.intersection(*parts) if len(parts) > 1 else set()
    named = [node for text in texts for node in nodes_in_option(graph, text)]
    options = {_spoken(text) for text in (*texts, question.answer_text)}
    for entity in linked:
        if entity.mention.side is Side.ANSWER:
            (whole if _spoken(entity.mention.text) in options else named).append(entity.node)
    hidden = (shared | _named_by_question(graph, question)) - set(whole)
    nodes = dict.fromkeys(node for node in (*whole, *named) if node not in hidden)
    return tuple(
        dict.fromkeys(
            name for node in nodes for name in (node.name, *graph.synonyms_of(node.index))
        )
    )


def _named_by_question(graph: GraphIndex, question: Question) -> set[Node]:
    mentions = find_mentions(graph, question.text, Side.QUESTION)
    return {node for mention in mentions for node in nodes_called(graph, mention.text)}


def _spoken(text: str) -> str:
    return plain(text).strip(" .").casefold()
