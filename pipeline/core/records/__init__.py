"""Frozen dataclasses for the words of the method, from question to trace.

They cross the border to Django as canonical JSON (pipeline.store). Scores are plain floats,
node and hop positions count from 0, steps from 1.
"""

from pipeline.core.records.graph import (
    DroppedPath,
    Edge,
    Node,
    NodeType,
    PairSearch,
    Path,
    Polarity,
    SearchLayer,
)
from pipeline.core.records.linking import (
    Candidate,
    LinkedEntity,
    LinkStage,
    Mention,
    OpenMention,
    Side,
)
from pipeline.core.records.questions import Option, Question
from pipeline.core.records.reasoning import (
    CoT,
    Failure,
    FilterResult,
    Judgement,
    ReadAnswer,
    ReasonerKind,
    Step,
    TraceRecord,
    Verdict,
)

__all__ = [
    "Candidate",
    "CoT",
    "DroppedPath",
    "Edge",
    "Failure",
    "FilterResult",
    "Judgement",
    "LinkStage",
    "LinkedEntity",
    "Mention",
    "Node",
    "NodeType",
    "OpenMention",
    "Option",
    "PairSearch",
    "Path",
    "Polarity",
    "Question",
    "ReadAnswer",
    "ReasonerKind",
    "SearchLayer",
    "Side",
    "Step",
    "TraceRecord",
    "Verdict",
]
