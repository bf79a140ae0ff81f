"""Between which entities paths are searched: from the question's to the answer's.

Entities of the source's explanation help where the answer itself names none. Only the answer's
own words strike out what the question names: an explanation repeats the question.
"""

from collections.abc import Sequence
from typing import Final

from pipeline.core.errors import AnswerNotMapped, QuestionNotMapped
from pipeline.core.linking.linker import Linking
from pipeline.core.question_cues import cues_of
from pipeline.core.records import Assertion, LinkedEntity, Node, Question, Side

_STATED: Final = frozenset({Assertion.PRESENT, Assertion.PAST})


def require_both_sides(question: Question, linking: Linking) -> None:
    """Raises QuestionNotMapped or AnswerNotMapped with the reason why no path can be searched."""
    linked = linking.linked
    if not _entities_on(Side.QUESTION, linked):
        raise QuestionNotMapped(f"No node for {_unmapped_texts(Side.QUESTION, linking)}.")
    if not targets(linked):
        raise AnswerNotMapped(f"No node for {_unmapped_texts(Side.ANSWER, linking)}.")
    if not entity_pairs(question, linked):
        raise QuestionNotMapped(_why_nothing_starts(question, linked))


def targets(linked: Sequence[LinkedEntity]) -> tuple[LinkedEntity, ...]:
    """Where paths end: at the answer's entities or, if it names none, its explanation's.

    What the text says is absent or a relative's is none of them.
    """
    answers = _stated(Side.ANSWER, linked)
    return answers or _stated(Side.EXPLANATION, linked)


def starts(question: Question, linked: Sequence[LinkedEntity]) -> tuple[LinkedEntity, ...]:
    """Where paths begin: at the question's entities that its answer does not name.

    A present or a past finding begins a path ("a history of diabetes" is mostly the patient's
    standing disease), an absent one only if the question asks for an exception or for what is
    ruled out, a relative's never.
    """
    answered = _nodes_answered(linked)
    accepted = _STATED | {Assertion.ABSENT} if cues_of(question).exclusion else _STATED
    return tuple(
        entity
        for entity in _entities_on(Side.QUESTION, linked)
        if entity.mention.assertion in accepted and entity.node not in answered
    )


def entity_pairs(
    question: Question, linked: Sequence[LinkedEntity]
) -> tuple[tuple[Node, Node], ...]:
    """Every start with every other target, each two nodes once.

    An explanation repeats what the question names: a pair of the question's own entities that it
    joins is what the question is about.
    """
    pairs: dict[frozenset[Node], tuple[Node, Node]] = {}
    for start in starts(question, linked):
        for target in targets(linked):
            if start.node != target.node:
                both = start.node, target.node
                pairs.setdefault(frozenset(both), both)
    return tuple(pairs.values())


def _stated(side: Side, linked: Sequence[LinkedEntity]) -> tuple[LinkedEntity, ...]:
    return tuple(e for e in _entities_on(side, linked) if e.mention.assertion in _STATED)


def _nodes_answered(linked: Sequence[LinkedEntity]) -> set[Node]:
    return {entity.node for entity in _entities_on(Side.ANSWER, linked)}


def _why_nothing_starts(question: Question, linked: Sequence[LinkedEntity]) -> str:
    if begins := starts(question, linked):
        return f"Question and explanation name one and the same entity: {begins[0].node.name}."
    asked = _entities_on(Side.QUESTION, linked)
    others = [entity for entity in asked if entity.node not in _nodes_answered(linked)]
    if not others:
        names = ", ".join(sorted({entity.node.name for entity in asked}))
        return f"The question names only entities of its answer: {names}."
    told = ", ".join(f"{e.node.name} ({e.mention.assertion.value})" for e in others)
    return f"What the question names is absent, or a relative's, and begins no path: {told}."


def _entities_on(side: Side, linked: Sequence[LinkedEntity]) -> list[LinkedEntity]:
    return [entity for entity in linked if entity.mention.side is side]


def _unmapped_texts(side: Side, linking: Linking) -> str:
    texts = [
        repr(open_mention.mention.text)
        for open_mention in linking.unlinked
        if open_mention.mention.side is side
    ]
    return ", ".join(texts) if texts else f"the {side}: it names no entity"
