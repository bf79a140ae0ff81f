"""What a reviewer submits for one item, and whether it is all that the rubric asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.core.errors import Refusal
from pipeline.core.records import TraceRecord
from review.models import StepLabel

MAX_GRADED_PATHS = 5
INCORRECT = StepLabel.Label.INCORRECT.value


@dataclass(frozen=True)
class PathSubmission:
    """Precision and coherence (1-5) of one cited path, and its edges that are not true.

    `invalid_edges` are positions in the path's edges, from 0.
    """

    precision: int
    coherence: int
    invalid_edges: tuple[int, ...] = ()


@dataclass(frozen=True)
class StepSubmission:
    """The label of one step, and how it should read where it is wrong."""

    label: str
    correction: str = ""


@dataclass(frozen=True)
class GradeSubmission:
    """What a reviewer entered: CoT scales 1-5, decision, each cited path by position.

    `steps` labels every step by its number, or is empty. With a reason in `cannot_judge` there
    are no scales, no paths, no labels and no decision.
    """

    cot_precision: int | None = None
    cot_coherence: int | None = None
    decision: str = ""
    paths: Mapping[int, PathSubmission] = field(default_factory=dict)
    comment: str = ""
    steps: Mapping[int, StepSubmission] = field(default_factory=dict)
    safety_flag: str = ""
    answer_key_disputed: bool = False
    cannot_judge: str = ""
    active_seconds: int | None = None

    @property
    def first_incorrect_step(self) -> int | None:
        """The number of the first incorrect step; 0 none is, None the steps have no labels."""
        if not self.steps:
            return None
        wrong = (number for number, step in self.steps.items() if step.label == INCORRECT)
        return min(wrong, default=0)


def paths_to_grade(trace: TraceRecord) -> tuple[int, ...]:
    """Positions of the paths a reviewer grades: those the CoT cites, at most five."""
    return trace.cited_paths[:MAX_GRADED_PATHS]


def step_numbers(trace: TraceRecord) -> tuple[int, ...]:
    """The numbers of the CoT's steps."""
    return tuple(step.number for step in trace.cot.steps) if trace.cot else ()


def check_submission(trace: TraceRecord, entry: GradeSubmission) -> None:
    """Raise Refusal unless the entry judges all of the trace, or says why it cannot."""
    if entry.cannot_judge:
        _check_nothing_judged(entry)
        return
    if entry.cot_precision is None or entry.cot_coherence is None or not entry.decision:
        raise Refusal("Chain of thought: give precision, coherence and a decision.")
    _check_paths(trace, entry)
    _check_steps(trace, entry)


def _check_nothing_judged(entry: GradeSubmission) -> None:
    judged = (entry.cot_precision, entry.cot_coherence, entry.decision, entry.paths, entry.steps)
    if any(judged):
        raise Refusal("If you cannot judge this item, leave all grades empty.")


def _check_paths(trace: TraceRecord, entry: GradeSubmission) -> None:
    expected = set(paths_to_grade(trace))
    if missing := expected - set(entry.paths):
        numbers = ", ".join(str(path + 1) for path in sorted(missing))
        raise Refusal(f"Path {numbers}: give precision and coherence.")
    if set(entry.paths) - expected:
        raise Refusal("The grade covers a path that the chain of thought does not cite.")
    for path, submitted in entry.paths.items():
        if not set(submitted.invalid_edges) <= set(range(len(trace.paths[path].edges))):
            raise Refusal(f"Path {path + 1}: an edge marked invalid is not there.")


def _check_steps(trace: TraceRecord, entry: GradeSubmission) -> None:
    """All steps or none: a grade that labels some would hide where the first error stands."""
    if entry.steps and set(entry.steps) != set(step_numbers(trace)):
        raise Refusal("Steps: label every step, or none.")
