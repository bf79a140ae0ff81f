"""What the second reader and the rules said of a trace, for leads: steps, readings, rivals.

Reviewers must see none of it; what they see is in `pipeline.trace_page.layout`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pipeline.core.records import (
    Comparison,
    DecidedBy,
    Preferred,
    Reading,
    ReadingKind,
    Rival,
    StepCheck,
    Support,
    TraceRecord,
)
from pipeline.trace_page.layout import StepLine, TraceView

READINGS: Mapping[ReadingKind, str] = MappingProxyType(
    {
        ReadingKind.WITHOUT_COT: "Second reader, without the chain of thought",
        ReadingKind.OTHER_COT: "Second reader, with the chain of thought of another question",
        ReadingKind.PERMUTED: "Second reader, options in another order",
        ReadingKind.OTHER_READER: "Another reader",
    }
)
SUPPORTS: Mapping[Support, tuple[str, str]] = MappingProxyType(
    {
        Support.SUPPORTED: ("kept", "supported by its edges"),
        Support.CONTRADICTED: ("reject", "contradicted by its edges"),
        Support.NOT_ADDRESSED: ("neutral", "not addressed by its edges"),
    }
)
DECIDERS: Mapping[DecidedBy, str] = MappingProxyType(
    {DecidedBy.RULES: "by rules", DecidedBy.READER: "by the second reader"}
)
WINNERS: Mapping[Preferred, tuple[str, str]] = MappingProxyType(
    {
        Preferred.KEY: ("kept", "the chain of thought wins"),
        Preferred.RIVAL: ("reject", "the rival wins"),
        Preferred.NEITHER: ("neutral", "neither wins"),
    }
)


@dataclass(frozen=True)
class CheckLine:
    """A step compared with its edges: the outcome as badge and words, who compared, and why."""

    badge: str
    outcome: str
    by: str
    explanation: str


@dataclass(frozen=True)
class AssessedStep:
    """A step of the view and what the comparison with its edges said; None: it was not compared."""

    step: StepLine
    check: CheckLine | None


@dataclass(frozen=True)
class ReadingLine:
    """A further reading: what the reader had before it, and what it answered."""

    title: str
    reading: Reading

    @property
    def failure(self) -> str:
        """Why there was no answer, in words."""
        return self.reading.failure.replace("_", " ")


@dataclass(frozen=True)
class ComparisonLine:
    """One comparison with a rival: which was read first, and who won."""

    comparison: Comparison
    badge: str
    outcome: str


@dataclass(frozen=True)
class RivalLine:
    """A rival chain with its comparisons, or why there is none."""

    rival: Rival
    comparisons: tuple[ComparisonLine, ...]

    @property
    def failure(self) -> str:
        """Why no chain could be written, or the chain not compared, in words."""
        return self.rival.failure.reason.replace("_", " ") if self.rival.failure else ""


@dataclass(frozen=True)
class Assessment:
    """All that was said of one trace besides its verdict."""

    steps: tuple[AssessedStep, ...]
    readings: tuple[ReadingLine, ...]
    rivals: tuple[RivalLine, ...]
    unmasked: tuple[str, ...]


def trace_assessment(trace: TraceRecord, view: TraceView) -> Assessment:
    """What was said of a trace, step by step as its view has them."""
    checks = {check.step: _check_line(check) for check in trace.step_checks}
    return Assessment(
        steps=tuple(AssessedStep(step, checks.get(step.number)) for step in view.steps),
        readings=tuple(ReadingLine(READINGS[one.kind], one) for one in trace.readings),
        rivals=tuple(_rival_line(rival) for rival in trace.rivals),
        unmasked=trace.unmasked,
    )


def _check_line(check: StepCheck) -> CheckLine:
    badge, outcome = SUPPORTS[check.support]
    return CheckLine(badge, outcome, DECIDERS[check.by], check.explanation)


def _rival_line(rival: Rival) -> RivalLine:
    return RivalLine(
        rival, tuple(ComparisonLine(one, *WINNERS[one.preferred]) for one in rival.comparisons)
    )
