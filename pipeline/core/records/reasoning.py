"""The chain of thought and what is said of it."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.core.records.graph import DroppedPath, Edge, PairSearch, Path
from pipeline.core.records.linking import LinkedEntity, Mention, OpenMention
from pipeline.core.records.questions import Question


class ReasonerKind(StrEnum):
    """Who reasons: a language model, or the rules that only demonstrate the product."""

    DEMONSTRATION = "demonstration"
    LANGUAGE_MODEL = "language_model"


@dataclass(frozen=True, slots=True)
class Step:
    """One numbered step of a CoT and the edges it rests on; none means "no edge cited"."""

    number: int
    text: str
    edges: tuple[Edge, ...] = ()


@dataclass(frozen=True, slots=True)
class CoT:
    """The chain of thought: numbered steps and a conclusion."""

    steps: tuple[Step, ...]
    conclusion: str


@dataclass(frozen=True, slots=True)
class ReadAnswer:
    """What the second reader answers from the masked CoT.

    `label` is the option chosen (None: no option could be preferred, or free text).
    """

    label: str | None
    text: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a free-text answer means the same as the answer key, and why."""

    correct: bool
    explanation: str


@dataclass(frozen=True, slots=True)
class FilterResult:
    """What one automatic filter says of a trace."""

    name: str
    passed: bool
    score: float | None
    explanation: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """All filters' results; passed only if every one of them passed."""

    filters: tuple[FilterResult, ...]

    @property
    def passed(self) -> bool:
        return all(result.passed for result in self.filters)

    @property
    def rejections(self) -> tuple[str, ...]:
        """Names of the filters that rejected the trace."""
        return tuple(result.name for result in self.filters if not result.passed)


@dataclass(frozen=True, slots=True)
class Failure:
    """The stage and reason at which a trace ended without a verdict."""

    stage: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class TraceRecord:
    """One question taken through the whole method: mentions to verdict, or the failure.

    Holds no time and no row id: the same question, graph, configuration and seed give the
    same trace, byte for byte. Stages that were not reached leave their fields empty.
    """

    question: Question
    graph_checksum: str
    config_fingerprint: str
    sample_index: int
    reasoner_kind: ReasonerKind
    mentions: tuple[Mention, ...] = ()
    linked: tuple[LinkedEntity, ...] = ()
    unlinked: tuple[OpenMention, ...] = ()
    searches: tuple[PairSearch, ...] = ()
    paths: tuple[Path, ...] = ()
    dropped: tuple[DroppedPath, ...] = ()
    cot: CoT | None = None
    read_answer: ReadAnswer | None = None
    verdict: Verdict | None = None
    failure: Failure | None = None

    @property
    def kept(self) -> bool:
        """True when the trace was made and every automatic filter passed it."""
        return self.verdict is not None and self.verdict.passed

    @property
    def cited_paths(self) -> tuple[int, ...]:
        """Positions in `paths` of those with at least one edge that a step cites."""
        cited = {edge for step in (self.cot.steps if self.cot else ()) for edge in step.edges}
        return tuple(i for i, path in enumerate(self.paths) if cited.intersection(path.edges))
