"""The chain of thought and what is said of it."""

from dataclasses import dataclass
from enum import StrEnum

from pipeline.core.records.graph import DroppedPath, Edge, PairSearch, Path
from pipeline.core.records.linking import (
    Assertion,
    DroppedMention,
    LinkedEntity,
    Mention,
    OpenMention,
    Side,
)
from pipeline.core.records.questions import Question


class ReasonerKind(StrEnum):
    """Who reasons: a language model, the rules that only demonstrate the product, or others.

    IMPORTED: the CoT was made elsewhere and read from a file; it has no paths.
    """

    DEMONSTRATION = "demonstration"
    LANGUAGE_MODEL = "language_model"
    IMPORTED = "imported"


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
    `confidence` is how sure the reader says it is, from 0 to 1; None where it does not say.
    """

    label: str | None
    text: str
    explanation: str
    confidence: float | None = None


class ReadingKind(StrEnum):
    """What a reader had before it besides the question: each tests what the CoT is worth."""

    WITHOUT_COT = "without_cot"
    OTHER_COT = "other_cot"
    PERMUTED = "permuted_options"
    OTHER_READER = "other_reader"


@dataclass(frozen=True, slots=True)
class Reading:
    """A further reading. The label is the question's own also where options were permuted.

    `correct`: the answer is the answer key (free text: as the judge says). `failure` is the
    reason why the reader gave no answer, empty where it did.
    """

    kind: ReadingKind
    answer: ReadAnswer
    correct: bool
    failure: str = ""


class Support(StrEnum):
    """What the edges that a step cites say of its statement."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    NOT_ADDRESSED = "not_addressed"


class DecidedBy(StrEnum):
    """Who compared a step with its edges."""

    RULES = "rules"
    READER = "reader"


@dataclass(frozen=True, slots=True)
class StepCheck:
    """A step (from 1) compared with the edges it cites, and the reason in a sentence."""

    step: int
    support: Support
    by: DecidedBy
    explanation: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a free-text answer means the same as the answer key, and why."""

    correct: bool
    explanation: str


@dataclass(frozen=True, slots=True)
class FilterResult:
    """What one automatic filter says of a trace. One that does not decide only measures."""

    name: str
    passed: bool
    score: float | None
    explanation: str
    decides: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """All filters' results; passed only if every one that decides passed."""

    filters: tuple[FilterResult, ...]

    @property
    def passed(self) -> bool:
        return not self.rejections

    @property
    def rejections(self) -> tuple[str, ...]:
        """Names of the filters that rejected the trace."""
        return tuple(r.name for r in self.filters if r.decides and not r.passed)


@dataclass(frozen=True, slots=True)
class Failure:
    """The stage and reason at which a trace ended without a verdict."""

    stage: str
    reason: str
    detail: str


class Preferred(StrEnum):
    """Which of two rival chains a reader finds better supported."""

    KEY = "key"
    RIVAL = "rival"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A reader's choice between the CoT and a rival, both masked; `key_first`: in which order."""

    key_first: bool
    preferred: Preferred
    explanation: str


@dataclass(frozen=True, slots=True)
class Rival:
    """A chain of thought written for another option than the key, made as the CoT was.

    `failure` says why there is none; `comparisons` are empty then.
    """

    label: str
    text: str
    paths: tuple[Path, ...] = ()
    cot: CoT | None = None
    comparisons: tuple[Comparison, ...] = ()
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class TraceRecord:
    """One question taken through the whole method: mentions to verdict, or the failure.

    Holds no time and no row id: the same question, graph, configuration and seed give the
    same trace, byte for byte. Stages that were not reached leave their fields empty.
    `unmasked` quotes what gives an option away in the text that the second reader saw.
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
    dropped_mentions: tuple[DroppedMention, ...] = ()
    unmasked: tuple[str, ...] = ()
    step_checks: tuple[StepCheck, ...] = ()
    readings: tuple[Reading, ...] = ()
    rivals: tuple[Rival, ...] = ()

    @property
    def kept(self) -> bool:
        """True when the trace was made and every automatic filter passed it."""
        return self.verdict is not None and self.verdict.passed

    @property
    def reaches_answer(self) -> bool:
        """Whether the paths end at entities of the answer, not only at its explanation's.

        Traces made before explanations had a side of their own hold their mentions as the
        answer's, placed behind its text. What an answer says is absent ends no path.
        """
        answer = len(self.question.answer_text)
        mentions = (entity.mention for entity in self.linked)
        return any(
            one.side is Side.ANSWER
            and one.start < answer
            and one.assertion in (Assertion.PRESENT, Assertion.PAST)
            for one in mentions
        )

    def reading(self, kind: ReadingKind) -> Reading | None:
        """The further reading of this kind, None where none was made."""
        return next((reading for reading in self.readings if reading.kind is kind), None)

    @property
    def cited_paths(self) -> tuple[int, ...]:
        """Positions in `paths` of those with at least one edge that a step cites."""
        cited = {edge for step in (self.cot.steps if self.cot else ()) for edge in step.edges}
        return tuple(i for i, path in enumerate(self.paths) if cited.intersection(path.edges))
