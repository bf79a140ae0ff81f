"""Mentions, candidates and linked entities."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.core.records.graph import Node, NodeType


class Side(StrEnum):
    """Where a mention stands."""

    QUESTION = "question"
    ANSWER = "answer"


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
    """

    text: str
    side: Side
    start: int
    end: int
    type: NodeType | None = None


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
