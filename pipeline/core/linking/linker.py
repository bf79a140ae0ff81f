"""Linking in three stages: exact name, similarity, selection (paper, section 3.1; see config).

An exact name decides unless several nodes bear it, and so does a synonym where there is no such
name. Similarity proposes; it decides only where the configuration names an acceptance
threshold. One selection call settles all that is open.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.core.characters import plain
from pipeline.core.config import SimilarityConfig
from pipeline.core.errors import MalformedOutput, NoMentionFound
from pipeline.core.kg.index import GraphIndex
from pipeline.core.linking.exact_names import nodes_named, nodes_with_synonym
from pipeline.core.reasoner import Reasoner
from pipeline.core.records import (
    Assertion,
    Candidate,
    LinkedEntity,
    LinkStage,
    Mention,
    Node,
    NodeType,
    OpenMention,
    Question,
    Side,
)
from pipeline.core.similarity.base import SimilarityBackend

_EXACT = 1.0
_SIDES = tuple(Side)
# Which of several assertions about one node counts.
_WEIGHTIEST = (Assertion.PRESENT, Assertion.PAST, Assertion.ABSENT, Assertion.FAMILY)
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


def _match_name(mention: Mention, graph: GraphIndex) -> LinkedEntity | OpenMention | None:
    """What the mention's text names, or else its normal form; None where neither names a node.

    A name goes before a synonym.
    """
    for text in filter(None, (mention.text, mention.normal_form)):
        for stage, look_up in _BY_NAME:
            if nodes := look_up(graph, text, mention.type):
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
    return [
        _link_candidate(mention, candidates, 0, LinkStage.SIMILARITY)
        if config.accept is not None and candidates and candidates[0].score >= config.accept
        else OpenMention(mention, candidates)
        for mention, candidates in zip(
            mentions, _propose(mentions, similarity, config), strict=True
        )
    ]


def _propose(
    mentions: Sequence[Mention], similarity: SimilarityBackend, config: SimilarityConfig
) -> list[tuple[Candidate, ...]]:
    """The nodes most similar to each mention's text or, where none is, to its normal form."""

    def proposals(texts: list[tuple[str, NodeType | None]]) -> list[tuple[Candidate, ...]]:
        return list(similarity.candidates_of_each(texts, config.top_k, config.floor))

    found = proposals([(plain(mention.text), mention.type) for mention in mentions])
    again = [at for at, mention in enumerate(mentions) if mention.normal_form and not found[at]]
    if again:
        forms = [(plain(mentions[at].normal_form), mentions[at].type) for at in again]
        for at, candidates in zip(again, proposals(forms), strict=True):
            found[at] = candidates
    return found


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
    """One entity for every node and side, in the order of their mentions.

    Of several mentions of a node the first that says it is present stands for it, else the first
    that says it is past, absent or a relative's, in this order.
    """
    chosen: dict[tuple[Side, int], LinkedEntity] = {}
    for entity in sorted(entities, key=lambda entity: _WEIGHTIEST.index(entity.mention.assertion)):
        chosen.setdefault((entity.mention.side, entity.node.index), entity)
    return tuple(sorted(chosen.values(), key=lambda entity: _text_order(entity.mention)))


def _text_order(mention: Mention) -> tuple[int, int, int]:
    return _SIDES.index(mention.side), mention.start, mention.end
