"""Generation by rules: each kept path becomes a step or two, each statement with its edges.

The statements are the graph's own (relation, direction and polarity, see kg.relations); the
rules only order and join them. Nothing is said of the case that the question does not name.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.core.cot import numbered_edges
from pipeline.core.kg.names import normalise
from pipeline.core.kg.relations import statement
from pipeline.core.question_cues import cues_of
from pipeline.core.reasoner import DraftCoT, DraftStep
from pipeline.core.records import Edge, Node, Path, Question

# Two relations a step keep it short enough to be judged as one.
_MAX_HOPS_PER_STEP = 2


@dataclass
class _Stated:
    """What earlier steps already state: each edge's step, and the groups noted."""

    steps: int = 0
    edges: dict[Edge, int] = field(default_factory=dict)
    groups: set[int] = field(default_factory=set)

    def step_of(self, hop: tuple[Edge, ...]) -> int | None:
        """The step (from 1) that states the whole hop, None if it is new."""
        if any(edge not in self.edges for edge in hop):
            return None
        return max(self.edges[edge] for edge in hop)


def write(question: Question, paths: Sequence[Path], *, reaches_answer: bool) -> DraftCoT:
    """A chain of thought from the paths' first nodes to the answer key.

    `reaches_answer`: the paths end at what the answer names. Where they end at what only the
    source's explanation names, the conclusion says so and states the answer as the source's.
    """
    numbers = {edge: number for number, edge in enumerate(numbered_edges(paths))}
    stated = _Stated()
    steps = [step for path in _in_order(paths) for step in _steps(path, stated, numbers)]
    if steps:
        opening = _opening(question, paths)
        steps[0] = DraftStep(f"{opening} {steps[0].text}", steps[0].edge_numbers)
    conclude = _conclusion if reaches_answer else _conclusion_by_explanation
    return DraftCoT(tuple(steps), conclude(question, paths))


def _in_order(paths: Sequence[Path]) -> list[Path]:
    """Best first, but a chain that ends in another's last hop before it: findings come first."""
    last_hops = list(dict.fromkeys(path.hops[-1] for path in paths))
    return sorted(paths, key=lambda path: (last_hops.index(path.hops[-1]), -len(path.hops)))


def _steps(path: Path, stated: _Stated, numbers: dict[Edge, int]) -> Iterator[DraftStep]:
    """A path's new hops, two a step; what an earlier step states is referred to, not repeated."""
    names = {node.index: node.name for node in path.nodes}
    fresh = [hop for hop in path.hops if stated.step_of(hop) is None]
    goes_on = stated.step_of(path.hops[-1])
    for at in range(0, len(fresh), _MAX_HOPS_PER_STEP):
        hops = fresh[at : at + _MAX_HOPS_PER_STEP]
        sentences = [_sentence(hop, names, leading=hop is hops[0]) for hop in hops]
        sentences += _group_notes(path.nodes, hops, stated)
        if goes_on and hops[-1] is fresh[-1]:
            sentences.append(f"From there the argument goes on as in step {goes_on}.")
        cited = [edge for hop in hops for edge in hop]
        stated.steps += 1
        stated.edges.update(dict.fromkeys(cited, stated.steps))
        yield DraftStep(" ".join(sentences), tuple(numbers[edge] for edge in cited))


def _sentence(hop: tuple[Edge, ...], names: dict[int, str], *, leading: bool) -> str:
    """All parallel edges of one hop in one sentence, so that no relation is dropped."""
    statements = [statement(edge, names[edge.head], names[edge.tail]) for edge in hop]
    statement_text = "; ".join(dict.fromkeys(statements))
    return f"{_capital(statement_text)}." if leading else f"Further, {statement_text}."


def _group_notes(
    nodes: Sequence[Node], hops: Sequence[tuple[Edge, ...]], stated: _Stated
) -> list[str]:
    """A warning, once for each grouped disease: a group justifies none of its subtypes."""
    touched = {index for hop in hops for edge in hop for index in (edge.head, edge.tail)}
    groups = [n for n in nodes if n.grouped and n.index in touched - stated.groups]
    stated.groups.update(node.index for node in groups)
    return [
        f"Here {node.name} stands for a group of related diseases, "
        "so this singles out none of its subtypes."
        for node in groups
    ]


def _opening(question: Question, paths: Sequence[Path]) -> str:
    cues = cues_of(question)
    starts = _join_names(_starts(question, paths))
    if cues.exception:
        return f"The question names {starts} and asks for the option that does not fit."
    if cues.avoid:
        return f"The question names {starts} and asks what is contraindicated or to be avoided."
    return f"The question names {starts}."


def _conclusion(question: Question, paths: Sequence[Path]) -> str:
    cues, starts = cues_of(question), _starts(question, paths)
    answer = _answer(question) + _linked_to(question, paths)
    if cues.exception:
        return f"Of the options, {answer} is therefore the one that does not fit."
    if cues.avoid:
        grounds = _starts(question, [path for path in paths if _warns(path)]) or starts
        return f"Given {_join_names(grounds)}, the option to avoid is therefore {answer}."
    if len(starts) == 1:
        return f"Starting from {starts[0]}, the relations above lead to {answer}."
    return f"Taken together, {_join_names(starts)} lead to {answer}."


def _warns(path: Path) -> bool:
    """Whether a path speaks against something: only then is its start a ground to avoid it."""
    return any(edge.negative for edge in path.edges)


def _conclusion_by_explanation(question: Question, paths: Sequence[Path]) -> str:
    starts, ends = _join_names(_starts(question, paths)), _join_names(_ends(paths))
    return (
        f"From {starts} the relations above lead to {ends}, named where the source explains its "
        "answer; they reach no entity of the answer itself. "
        f"The source answers {_answer(question)}."
    )


def _answer(question: Question) -> str:
    """The answer as the question words it."""
    label = f"{question.answer_label}, " if question.answer_label else ""
    return f"{label}{question.answer_text.rstrip('.')}"


def _linked_to(question: Question, paths: Sequence[Path]) -> str:
    """In brackets, the nodes that the answer was linked to, where it words them differently."""
    answer_text = normalise(question.answer_text)
    others = [name for name in _ends(paths) if normalise(name) not in answer_text]
    return f" ({_join_names(others)})" if others else ""


def _ends(paths: Sequence[Path]) -> list[str]:
    return list(dict.fromkeys(path.nodes[-1].name for path in paths))


def _starts(question: Question, paths: Sequence[Path]) -> list[str]:
    """Where the paths start, spelt as the question spells it if it does."""
    return [
        _as_spelt(name, question.text)
        for name in dict.fromkeys(path.nodes[0].name for path in paths)
    ]


def _as_spelt(name: str, text: str) -> str:
    """The name in the text's case, but not capitalised only because a sentence begins with it."""
    match = re.search(rf"\b{re.escape(name)}\b", text, re.IGNORECASE)
    return match.group(0) if match and match.group(0)[:1].islower() else name


def _join_names(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1] if names else "")))


def _capital(sentence: str) -> str:
    """A capital first letter, but no change to a symbol such as mTOR or p53."""
    first = sentence.split(" ", 1)[0]
    return sentence[:1].upper() + sentence[1:] if first.islower() and first.isalpha() else sentence
