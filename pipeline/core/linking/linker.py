"""Linking in three stages: exact name, similarity, selection (paper, section 3.1; see config).

An exact name decides unless several nodes bear it, and so does a synonym where there is no such
name. Similarity proposes; it decides only where the configuration names an acceptance
threshold. One selection call settles all that is open.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.core.config import SimilarityConfig
from pipeline.core.errors import (
    AnswerNotMapped,
    MalformedOutput,
    NoMentionFound,
    QuestionNotMapped,
)
from pipeline.core.kg.index import GraphIndex
from pipeline.core.linking.exact_names import nodes_named, nodes_with_synonym
from pipeline.core.reasoner import Reasoner
from pipeline.core.records import (
    Candidate,
    LinkedEntity,
    LinkStage,
    Mention,
    Node,
    OpenMention,
    Question,
    Side,
)
from pipeline.core.similarity.base import SimilarityBackend

_EXACT = 1.0
_BY_NAME = ((LinkStage.EXACT, nodes_named), (LinkStage.SYNONYM, nodes_with_synonym))


@dataclass(frozen=True, slots=True)
class Linking:
    """What is linked, one entity a node and side, and what is still open or has no candidate."""

    linked: tuple[LinkedEntity, ...]
    unlinked: tuple[OpenMention, ...]


def link_by_name(
    mentions: Sequence[Mention],
    graph: GraphIndex,
    similarity: SimilarityBackend,
    config: SimilarityConfig,
) -> Linking:
    """Stages 1 and 2: names and synonyms, and candidates for every mention they leave open."""
    named = [_named(mention, graph) for mention in mentions]
    nameless = [mention for mention, found in zip(mentions, named, strict=True) if not found]
    similar = iter(_similar(nameless, similarity, config))
    outcomes = [found or next(similar) for found in named]
    return Linking(
        _one_a_node(outcome for outcome in outcomes if isinstance(outcome, LinkedEntity)),
        tuple(outcome for outcome in outcomes if isinstance(outcome, OpenMention)),
    )


def link_by_selection(question: Question, linking: Linking, reasoner: Reasoner) -> Linking:
    """Stage 3: one call selects a candidate, or none, for all mentions still open.

    Raises MalformedOutput when the selection does not fit the mentions and candidates asked.
    """
    asked = [mention for mention in linking.unlinked if mention.candidates]
    if not asked:
        return linking
    choices = reasoner.select(question, asked)
    _check_choices(asked, choices)
    chosen = [
        _linked(opened.mention, opened.candidates, choice, LinkStage.SELECTED)
        for opened, choice in zip(asked, choices, strict=True)
        if choice is not None
    ]
    settled = {entity.mention for entity in chosen}
    return Linking(
        _one_a_node((*linking.linked, *chosen)),
        tuple(opened for opened in linking.unlinked if opened.mention not in settled),
    )


def require_mentions(mentions: Sequence[Mention]) -> None:
    """Raises NoMentionFound when nothing was found in the question's text."""
    if not any(mention.side is Side.QUESTION for mention in mentions):
        raise NoMentionFound("No entity was found in the text of the question.")


def require_both_sides(linking: Linking) -> None:
    """Raises QuestionNotMapped or AnswerNotMapped, naming the mentions that found no node."""
    question_nodes = {entity.node for entity in _on(Side.QUESTION, linking.linked)}
    answer_nodes = {entity.node for entity in _on(Side.ANSWER, linking.linked)}
    if not question_nodes:
        raise QuestionNotMapped(f"No node for {_unmapped(Side.QUESTION, linking)}.")
    if not answer_nodes:
        raise AnswerNotMapped(f"No node for {_unmapped(Side.ANSWER, linking)}.")
    if question_nodes <= answer_nodes:
        names = ", ".join(sorted(node.name for node in question_nodes))
        raise QuestionNotMapped(f"The question names only entities of its answer: {names}.")


def entity_pairs(linked: Sequence[LinkedEntity]) -> tuple[tuple[Node, Node], ...]:
    """Every question entity with every answer entity; what the answer names starts no path."""
    answers = [entity.node for entity in _on(Side.ANSWER, linked)]
    starts = [entity.node for entity in _on(Side.QUESTION, linked) if entity.node not in answers]
    return tuple((start, answer) for start in starts for answer in answers)


def _named(mention: Mention, graph: GraphIndex) -> LinkedEntity | OpenMention | None:
    """What the mention names by name or else by synonym; None where it names nothing."""
    for stage, look_up in _BY_NAME:
        if named := look_up(graph, mention.text, mention.type):
            return _one_or_open(mention, named, stage)
    return None


def _one_or_open(
    mention: Mention, named: tuple[Node, ...], stage: LinkStage
) -> LinkedEntity | OpenMention:
    """The one node of the mention's type, else the one node; open where there are several."""
    everyone = tuple(Candidate(node, _EXACT) for node in named)
    fitting = tuple(one for one in everyone if mention.type in (None, one.node.type)) or everyone
    if len(fitting) > 1:
        return OpenMention(mention, fitting)
    others = tuple(one for one in everyone if one != fitting[0])
    return LinkedEntity(mention, fitting[0].node, stage, _EXACT, 1, others)


def _similar(
    mentions: Sequence[Mention], similarity: SimilarityBackend, config: SimilarityConfig
) -> list[LinkedEntity | OpenMention]:
    """Open with the candidates proposed; linked where the configuration accepts the best."""
    wanted = [(mention.text, mention.type) for mention in mentions]
    proposed = similarity.candidates_of_each(wanted, config.top_k, config.floor)
    return [
        _linked(mention, candidates, 0, LinkStage.SIMILARITY)
        if config.accept is not None and candidates and candidates[0].score >= config.accept
        else OpenMention(mention, candidates)
        for mention, candidates in zip(mentions, proposed, strict=True)
    ]


def _linked(
    mention: Mention, candidates: tuple[Candidate, ...], position: int, stage: LinkStage
) -> LinkedEntity:
    chosen = candidates[position]
    others = candidates[:position] + candidates[position + 1 :]
    return LinkedEntity(mention, chosen.node, stage, chosen.score, position + 1, others)


def _check_choices(asked: Sequence[OpenMention], choices: Sequence[int | None]) -> None:
    if len(choices) != len(asked):
        raise MalformedOutput(
            f"{len(asked)} mentions were open, {len(choices)} selections came back.",
            stage="linking",
        )
    for opened, choice in zip(asked, choices, strict=True):
        if choice is not None and not 0 <= choice < len(opened.candidates):
            raise MalformedOutput(
                f"Candidate {choice} was selected for {opened.mention.text!r}, "
                f"which has {len(opened.candidates)}.",
                stage="linking",
            )


def _one_a_node(entities: Iterable[LinkedEntity]) -> tuple[LinkedEntity, ...]:
    """The first entity of every node and side, in the order of their mentions."""
    first: dict[tuple[Side, int], LinkedEntity] = {}
    for entity in entities:
        first.setdefault((entity.mention.side, entity.node.index), entity)
    order = sorted(first.values(), key=lambda entity: _place(entity.mention))
    return tuple(order)


def _place(mention: Mention) -> tuple[bool, int, int]:
    return mention.side is Side.ANSWER, mention.start, mention.end


def _on(side: Side, linked: Sequence[LinkedEntity]) -> list[LinkedEntity]:
    return [entity for entity in linked if entity.mention.side is side]


def _unmapped(side: Side, linking: Linking) -> str:
    texts = [
        repr(opened.mention.text) for opened in linking.unlinked if opened.mention.side is side
    ]
    return ", ".join(texts) if texts else f"the {side}: it names no entity"
