"""What people say of a released trace: grades, their consensus, an approved correction."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.core.release_format.base import (
    Decision,
    Harm,
    MeanScore,
    Position,
    Pseudonym,
    Schema,
    Score,
    StepLabel,
    Text,
)


class ReleasedPathGrade(Schema):
    """One rater's grade of the path at position `path` (from 0) of the trace's paths.

    `invalid_edges` are positions (from 0) in the path's edges, hop by hop, that the rater holds
    for no true relation.
    """

    path: Position
    precision: Score
    coherence: Score
    invalid_edges: tuple[Position, ...] = ()


class ReleasedGrade(Schema):
    """One rater's grade of a trace, on the rubric's scales from 1 to 5.

    `step_labels` are in the order of the steps, empty where the rater labelled none; then
    `first_incorrect_step` is null, and 0 where no step is incorrect. `revision` counts the
    rater's versions of this grade. `active_seconds`: time at work on it, idle time left out.
    """

    rater: Pseudonym
    rubric_version: Text
    revision: Annotated[int, Field(ge=1)]
    cot_precision: Score
    cot_coherence: Score
    decision: Decision
    answer_key_disputed: bool = False
    safety_flag: Harm = ""
    step_labels: tuple[StepLabel, ...] = ()
    first_incorrect_step: Position | None = None
    active_seconds: Position | None = None
    path_grades: tuple[ReleasedPathGrade, ...] = ()

    @model_validator(mode="after")
    def _steps_hold(self) -> Self:
        wrong = [i for i, label in enumerate(self.step_labels, 1) if label == "incorrect"]
        first = min(wrong, default=0) if self.step_labels else None
        if self.first_incorrect_step != first:
            raise ValueError("first_incorrect_step contradicts the step labels")
        return self


class ReleasedConsensus(Schema):
    """What the grades come to, on what basis, and how many grades that rests on.

    `step_labels` are in the order of the steps: the adjudicator's, else what every rater who
    labelled steps says alike; `disagreed` where they differ, empty where nobody labelled.
    """

    precision: MeanScore
    coherence: MeanScore
    decision: Decision
    basis: Literal["single", "agreement", "adjudicated"]
    grades: Annotated[int, Field(ge=1)]
    step_labels: tuple[StepLabel | Literal["disagreed"], ...] = ()


class ReleasedCorrection(Schema):
    """The whole CoT as an adjudicator or lead corrected and approved it."""

    steps: Annotated[tuple[Text, ...], Field(min_length=1)]
    conclusion: Text
