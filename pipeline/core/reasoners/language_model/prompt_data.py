"""How mentions, candidates and paths stand in a prompt's data: short, and nothing dropped.

Every edge is told with its relation, direction and polarity, as kg.relations words it.
"""

from collections.abc import Iterable, Sequence

from pipeline.core.cot import numbered_edges
from pipeline.core.kg.relations import statement
from pipeline.core.reasoners.language_model.answers import mention_id, step_id
from pipeline.core.records import Edge, Node, OpenMention, Path, Question, Side, Step

DENIAL = "NOT: "
GROUP = " (group)"

Plain = dict[str, object]


def question_data(question: Question) -> Plain:
    """The question as its reader meets it: text, and options by label where there are any."""
    data: Plain = {"question": question.text}
    if question.options:
        data["options"] = {option.label: option.text for option in question.options}
    return data


def answer_key(question: Question) -> str:
    """The answer key with its label, where it has one."""
    label = f"{question.answer_label}: " if question.answer_label else ""
    return f"{label}{question.answer_text}"


def mention_data(position: int, open_mention: OpenMention) -> Plain:
    """A mention under its id, with its candidates by number."""
    mention = open_mention.mention
    data: Plain = {"id": mention_id(position), "text": mention.text}
    if mention.type is not None:
        data["type"] = mention.type.value
    if mention.normal_form:
        data["means"] = mention.normal_form
    if mention.side is not Side.QUESTION:
        data["in"] = mention.side.value
    data["candidates"] = {
        str(number): _candidate(candidate.node, open_mention)
        for number, candidate in enumerate(open_mention.candidates)
    }
    return data


def chains(paths: Sequence[Path]) -> dict[str, str]:
    """Each path by its number, all its edges told in the order of its hops."""
    return {str(number): _chain(path) for number, path in enumerate(paths)}


def edges_and_paths(paths: Sequence[Path]) -> Plain:
    """The edges by the numbers a step cites them with, and each path as their numbers."""
    edges, names = numbered_edges(paths), _names(paths)
    numbers = {edge: number for number, edge in enumerate(edges)}
    return {
        "edges": {str(number): _statement(edge, names) for edge, number in numbers.items()},
        "paths": [[numbers[edge] for edge in path.edges] for path in paths],
    }


def steps_with_facts(steps: Sequence[Step], paths: Sequence[Path]) -> Plain:
    """Each step under its id: its text, and the facts it cites as the graph states them."""
    names = _names(paths)
    return {
        step_id(step): {
            "text": step.text,
            "facts": list(dict.fromkeys(_statement(edge, names) for edge in step.edges)),
        }
        for step in steps
    }


def _candidate(node: Node, open_mention: OpenMention) -> str:
    """Its name; its type only where that is not the mention's own."""
    differs = node.type is not open_mention.mention.type
    return _name(node) + (f" [{node.type.value}]" if differs else "")


def _chain(path: Path) -> str:
    names = _names([path])
    return "; ".join(dict.fromkeys(_statement(edge, names) for edge in path.edges))


def _statement(edge: Edge, names: dict[int, str]) -> str:
    text = statement(edge, names[edge.head], names[edge.tail])
    return f"{DENIAL}{text}" if edge.negative else text


def _names(paths: Iterable[Path]) -> dict[int, str]:
    return {node.index: _name(node) for path in paths for node in path.nodes}


def _name(node: Node) -> str:
    return f"{node.name}{GROUP}" if node.grouped else node.name
