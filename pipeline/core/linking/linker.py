"""Linking in three stages: exact name, similarity, selection (paper, section 3.1; see config).

An exact name decides unless several nodes bear it, and so does a synonym where there is no such
name. Similarity proposes; it decides only where the configuration names an acceptance
threshold. One selection call settles all that is open.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.core.characters import plain
from pipeline.core.config import SimilarityConfig
from pipeline.core.errors import AnswerNotMapped, MalformedOutput, NoMentionFound, QuestionNotMapped
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
    matches = [_match_name(mention, graph) for mention in mentions]
    nameless = [mention for mention, match in zip(mentions, matches, strict=True) if not match]
    similar = iter(_match_similar(nameless, similarity, config))
    outcomes = [match or next(similar) for match in matches]
    return Linking(
        _first_per_node(outcome for outcome in outcomes if isinstance(outcome, LinkedEntity)),
        tuple(outcome for outcome in outcomes if isinstance(outcome, OpenMention)),
    )


def link_by_selection(question: Question, linking: Linking, reasoner: Reasoner) -> Linking:
    """Stage 3: one call selects a candidate, or none, for all mentions still open.

    Raises MalformedOutput when the selection does not fit the mentions and candidates asked.
    """
    open_mentions = [mention for mention in linking.unlinked if mention.candidates]
    if not open_mentions:
        return linking
    choices = reasoner.select(question, open_mentions)
    _check_choices(open_mentions, choices)
    selected = [
        _link_candidate(open_mention.mention, open_mention.candidates, choice, LinkStage.SELECTED)
        for open_mention, choice in zip(open_mentions, choices, strict=True)
        if choice is not None
    ]
    settled_mentions = {entity.mention for entity in selected}
    return Linking(
        _first_per_node((*linking.linked, *selected)),
        tuple(
            open_mention
            for open_mention in linking.unlinked
            if open_mention.mention not in settled_mentions
        ),
    )


def require_mentions(mentions: Sequence[Mention]) -> None:
    """Raises NoMentionFound when nothing was found in the question's text."""
    if not any(mention.side is Side.QUESTION for mention in mentions):
        raise NoMentionFound("No entity was found in the text of the question.")


def require_both_sides(linking: Linking) -> None:
    """Raises QuestionNotMapped or AnswerNotMapped, naming the mentions that found no node."""
    question_nodes = {entity.node for entity in _entities_on(Side.QUESTION, linking.linked)}
    answer_nodes = {entity.node for entity in targets(linking.linked)}
    if not question_nodes:
        raise QuestionNotMapped(f"No node for {_unmapped_texts(Side.QUESTION, linking)}.")
    if not answer_nodes:
        raise AnswerNotMapped(f"No node for {_unmapped_texts(Side.ANSWER, linking)}.")
    if question_nodes <= answer_nodes:
        names = ", ".join(sorted(node.name for node in question_nodes))
        raise QuestionNotMapped(f"The question names only entities of its answer: {names}.")


def targets(linked: Sequence[LinkedEntity]) -> tuple[LinkedEntity, ...]:
    """Where paths end: at the answer's entities or, if it names none, its explanation's."""
    answers = tuple(_entities_on(Side.ANSWER, linked))
    return answers or tuple(_entities_on(Side.EXPLANATION, linked))


def entity_pairs(linked: Sequence[LinkedEntity]) -> tuple[tuple[Node, Node], ...]:
    """Every question entity with every answer entity; what the answer names starts no path."""
    answers = [entity.node for entity in targets(linked)]
    starts = [
        entity.node for entity in _entities_on(Side.QUESTION, linked) if entity.node not in answers
    ]
    return tuple((start, answer) for start in starts for answer in answers)


def _match_name(mention: Mention, graph: GraphIndex) -> LinkedEntity | OpenMention | None:
    """What the mention names by name or else by synonym; None where it names nothing."""
    for stage, look_up in _BY_NAME:
        if nodes := look_up(graph, mention.text, mention.type):
            return _link_or_leave_open(mention, nodes, stage)
    return None


def _link_or_leave_open(
    mention: Mention, nodes: tuple[Node, ...], stage: LinkStage
) -> LinkedEntity | OpenMention:
    """The one node of the mention's type, else the one node; open where there are several."""
    candidates = tuple(Candidate(node, _EXACT) for node in nodes)
    of_type = tuple(c for c in candidates if mention.type in (None, c.node.type)) or candidates
    if len(of_type) > 1:
        return OpenMention(mention, of_type)
    others = tuple(candidate for candidate in candidates if candidate != of_type[0])
    return LinkedEntity(mention, of_type[0].node, stage, _EXACT, 1, others)


def _match_similar(
    mentions: Sequence[Mention], similarity: SimilarityBackend, config: SimilarityConfig
) -> list[LinkedEntity | OpenMention]:
    """Open with the candidates proposed; linked where the configuration accepts the best."""
    texts = [(plain(mention.text), mention.type) for mention in mentions]
    proposals = similarity.candidates_of_each(texts, config.top_k, config.floor)
    return [
        _link_candidate(mention, candidates, 0, LinkStage.SIMILARITY)
        if config.accept is not None and candidates and candidates[0].score >= config.accept
        else OpenMention(mention, candidates)
        for mention, candidates in zip(mentions, proposals, strict=True)
    ]


def _link_candidate(
    mention: Mention, candidates: tuple[Candidate, ...], position: int, stage: LinkStage
) -> LinkedEntity:
    selected = candidates[position]
    others = candidates[:position] + candidates[position + 1 :]
    return LinkedEntity(mention, selected.node, stage, selected.score, position + 1, others)


def _check_choices(open_mentions: Sequence[OpenMention], choices: Sequence[int | None]) -> None:
    if len(choices) != len(open_mentions):
        raise MalformedOutput(
            f"{len(open_mentions)} mentions were open, {len(choices)} selections came back.",
            stage="linking",
        )
    for open_mention, choice in zip(open_mentions, choices, strict=True):
        if choice is not None and not 0 <= choice < len(open_mention.candidates):
            raise MalformedOutput(
                f"Candidate {choice} was selected for {open_mention.mention.text!r}, "
                f"which has {len(open_mention.candidates)}.",
                stage="linking",
            )


def _first_per_node(entities: Iterable[LinkedEntity]) -> tuple[LinkedEntity, ...]:
    """The first entity of every node and side, in the order of their mentions."""
    first: dict[tuple[Side, int], LinkedEntity] = {}
    for entity in entities:
        first.setdefault((entity.mention.side, entity.node.index), entity)
    order = sorted(first.values(), key=lambda entity: _text_order(entity.mention))
    return tuple(order)


def _text_order(mention: Mention) -> tuple[bool, int, int]:
    return mention.side is Side.ANSWER, mention.start, mention.end


def _entities_on(side: Side, linked: Sequence[LinkedEntity]) -> list[LinkedEntity]:
    return [entity for entity in linked if entity.mention.side is side]


def _unmapped_texts(side: Side, linking: Linking) -> str:
    texts = [
        repr(open_mention.mention.text)
        for open_mention in linking.unlinked
        if open_mention.mention.side is side
    ]
    return ", ".join(texts) if texts else f"the {side}: it names no entity"
