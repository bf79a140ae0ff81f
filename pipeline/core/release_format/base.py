"""What every part of a released line keeps to: strict, frozen, nothing beyond its fields."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(min_length=1)]
Score = Annotated[int, Field(ge=1, le=5)]
MeanScore = Annotated[float, Field(ge=1, le=5)]
Position = Annotated[int, Field(ge=0)]
Decision = Literal["accept", "revise", "reject"]
Harm = Literal["", "mild", "moderate", "severe"]
StepLabel = Literal["correct", "incorrect", "unsupported", "cannot_judge"]
# Letters, digits, - and _ only: an e-mail address or a full name cannot pass as a pseudonym.
Pseudonym = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class Schema(BaseModel):
    """Strict and frozen. Core records are read by their attributes, so that a field which a
    record loses, or gives another type, is an error here and never a silent change of format."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, from_attributes=True
    )
