"""Mentions, candidates and linked entities."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.core.records.graph import Node, NodeType


class Side(StrEnum):
    """Where a mention stands: in the question, its answer, or its source's explanation.

    Entities of an explanation help where the answer itself names none; they are never taken for
    entities of the answer.
    """

    QUESTION = "question"
    ANSWER = "answer"
    EXPLANATION = "explanation"


class Assertion(StrEnum):
    """What a text says of a finding: that it is there, is not, is a relative's, or is past."""

    PRESENT = "present"
    ABSENT = "absent"
    FAMILY = "family"
    PAST = "past"


class LinkStage(StrEnum):
    """Which stage of linking chose a node."""

    EXACT = "exact"
    SYNONYM = "synonym"
    SIMILARITY = "similarity"
    SELECTED = "selected"


@dataclass(frozen=True, slots=True)
class Mention:
    """A text span that names an entity; start and end count characters of its side's text.

    `type` is the node type the extraction predicts, None where it does not commit itself.
    `normal_form` is what an abbreviation or a lay word stands for ("SOB": "shortness of
    breath"), empty where nobody says so.
    """

    text: str
    side: Side
    start: int
    end: int
    type: NodeType | None = None
    assertion: Assertion = Assertion.PRESENT
    normal_form: str = ""


@dataclass(frozen=True, slots=True)
class DroppedMention:
    """A term that was named as an entity and is no mention, with the reason in a few words."""

    text: str
    side: Side
    reason: str


@dataclass(frozen=True, slots=True)
class Extraction:
    """What was found in a question, its answer and its explanation, and what was dropped."""

    mentions: tuple[Mention, ...]
    dropped: tuple[DroppedMention, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A node proposed for a mention, with the similarity backend's own score."""

    node: Node
    score: float


@dataclass(frozen=True, slots=True)
class OpenMention:
    """A mention no exact name settled, with the candidates similarity proposes."""

    mention: Mention
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class LinkedEntity:
    """The node chosen for a mention: by which stage, with which score and rank (from 1).

    `alternatives` are the other candidates that were open to choice.
    """

    mention: Mention
    node: Node
    stage: LinkStage
    score: float
    rank: int
    alternatives: tuple[Candidate, ...] = ()
