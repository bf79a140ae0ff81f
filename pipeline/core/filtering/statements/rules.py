"""Each citing step's statement compared with its edges, by rules where they decide.

A step is supported where it repeats the graph's own sentence or makes a plain claim that the
edge makes too; contradicted where it plainly claims the contrary, or the same the wrong way
round; not addressed where it names no end of any edge it cites. All else is for a reader.
"""

from collections.abc import Mapping, Sequence
from itertools import chain

from pipeline.core.filtering.statements.claims import claims_on
from pipeline.core.filtering.statements.naming import (
    Named,
    Naming,
    NodesNamed,
    Wordings,
    find_entities,
    genes_among,
)
from pipeline.core.filtering.statements.words import Span, Word, words_of
from pipeline.core.kg.relations import statement
from pipeline.core.records import DecidedBy, Edge, Step, StepCheck, Support

S, C, N = Support.SUPPORTED, Support.CONTRADICTED, Support.NOT_ADDRESSED

# What may stand before a sentence of the graph and leaves its sense alone.
_LEADS_IN = frozenset(("further", "furthermore", "moreover", "also", "and", "besides"))
_SENTENCE_ENDS = frozenset(".;!?")
_FALSE = frozenset(("false", "untrue", "wrong", "incorrect", "myth", "mistaken", "nonsense"))


def check_by_rules(
    step: Step, wordings: Wordings, nodes_named: NodesNamed | None = None
) -> StepCheck | None:
    """The step compared with the edges it cites; None where the rules leave it to a reader.

    `wordings` gives each node of the paths its name and then every other name of it,
    `nodes_named` the nodes of a name in the graph. Raises ValueError for a step without edges.
    """
    naming = _naming(step, wordings, nodes_named)
    repeated = _graph_sentences(naming.words, step.edges, wordings)
    rest = naming.without(tuple(chain.from_iterable(repeated.values())))
    worths = {edge: _worth(edge, naming, rest, edge in repeated) for edge in step.edges}
    _excuse_parallels(worths)
    return _decide(step, worths, naming, wordings)


def settle_without_reader(
    step: Step, wordings: Wordings, nodes_named: NodesNamed | None = None
) -> StepCheck:
    """Settles what the rules leave open where no model reads: both ends must be named.

    It cannot see how the two are related, so it says nothing of direction or polarity.
    """
    naming = _naming(step, wordings, nodes_named)
    missing = [
        wordings[node][0]
        for node in dict.fromkeys(chain.from_iterable((e.head, e.tail) for e in step.edges))
        if naming.named(node) is not Named.WHOLLY
    ]
    if missing:
        explanation = f"It does not name {', '.join(missing)}."
        return StepCheck(step.number, N, DecidedBy.RULES, explanation)
    explanation = "It names both ends of every edge it cites; no model has compared the wording."
    return StepCheck(step.number, S, DecidedBy.RULES, explanation)


def _naming(step: Step, wordings: Wordings, nodes_named: NodesNamed | None) -> Naming:
    if not step.edges:
        raise ValueError(f"Step {step.number} cites no edge.")
    return find_entities(words_of(step.text), wordings, genes_among(step.edges), nodes_named)


def _graph_sentences(
    words: tuple[Word, ...], edges: Sequence[Edge], wordings: Wordings
) -> Mapping[Edge, list[Span]]:
    """Where the words repeat what the graph says of an edge, as a sentence of its own."""
    found = {}
    for edge in edges:
        sentence = words_of(statement(edge, wordings[edge.head][0], wordings[edge.tail][0]))
        if spans := _sentence_spans(words, sentence):
            found[edge] = spans
    return found


def _sentence_spans(words: tuple[Word, ...], sentence: tuple[Word, ...]) -> list[Span]:
    wanted, length = _plain(sentence), len(sentence)
    return [
        (start, start + length)
        for start in range(len(words) - length + 1)
        if words[start].normal == sentence[0].normal
        and _plain(words[start : start + length]) == wanted
        and _begins_sentence(words, start)
        and (start + length == len(words) or words[start + length].normal in _SENTENCE_ENDS)
    ]


def _plain(words: tuple[Word, ...]) -> list[str]:
    return [word.written.casefold() for word in words]


def _begins_sentence(words: tuple[Word, ...], start: int) -> bool:
    while start and (words[start - 1].normal in _LEADS_IN or words[start - 1].normal == ","):
        start -= 1
    return start == 0 or words[start - 1].normal in _SENTENCE_ENDS


def _worth(edge: Edge, naming: Naming, rest: Naming, repeated: bool) -> Support | None:
    """What the step says of one edge; beside the graph's own sentence nothing may contradict."""
    claims = claims_on(rest if repeated else naming, edge)
    if repeated:
        contrary = {*claims.direct, *claims.beside} - {S}
        return None if contrary or _calls_false(rest.words) else S
    worths = {*claims.direct, *claims.beside}
    return worths.pop() if claims.direct and len(worths) == 1 else None


def _calls_false(words: tuple[Word, ...]) -> bool:
    return any(word.normal in _FALSE for word in words)


def _excuse_parallels(worths: dict[Edge, Support | None]) -> None:
    """Two edges of one pair may disagree: what agrees with one does not contradict the other."""
    agreed = {frozenset((e.head, e.tail)) for e, worth in worths.items() if worth is S}
    for edge, worth in worths.items():
        if worth is C and frozenset((edge.head, edge.tail)) in agreed:
            worths[edge] = None


def _decide(
    step: Step, worths: Mapping[Edge, Support | None], naming: Naming, wordings: Wordings
) -> StepCheck | None:
    kinds = set(worths.values())
    if C in kinds:
        edge = next(edge for edge, worth in worths.items() if worth is C)
        return _check(step, C, f"The graph says otherwise: {_says(edge, wordings)}.")
    if kinds == {S}:
        return _check(step, S, f"It says what {_edges(step)} says.")
    if kinds == {N}:
        said = "; ".join(_says(edge, wordings) for edge in worths)
        return _check(step, N, f"It tells of another relation than the graph: {said}.")
    if not naming.refers_back and not any(_touched(edge, naming) for edge in step.edges):
        return _check(step, N, f"It names neither end of {_edges(step)}.")
    return None


def _touched(edge: Edge, naming: Naming) -> bool:
    return any(naming.named(node) is not Named.NOT for node in (edge.head, edge.tail))


def _says(edge: Edge, wordings: Wordings) -> str:
    return statement(edge, wordings[edge.head][0], wordings[edge.tail][0])


def _edges(step: Step) -> str:
    return "its edge" if len(step.edges) == 1 else f"each of its {len(step.edges)} edges"


def _check(step: Step, support: Support, explanation: str) -> StepCheck:
    return StepCheck(step.number, support, DecidedBy.RULES, explanation)
