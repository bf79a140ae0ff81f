"""A tiny question that every working endpoint can answer, whatever else fails there.

It is what an endpoint's test asks, and what tells a prompt that an endpoint refuses from an
endpoint that refuses everything.
"""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from pipeline.core.llm.base import Message, Request


class CanaryAnswer(BaseModel):
    """Fields that nobody would name of themselves, and bounded ones, which some refuse."""

    model_config = ConfigDict(extra="forbid", strict=True)

    greeting: Annotated[str, Field(max_length=200)]
    marker: Literal["k7"]
    words: Annotated[list[str], Field(max_length=2)]


# Servers silently ignore a `response_format` they do not know, so the question by itself would
# be answered with prose: JSON of the right shape shows that the constraint was obeyed. No
# temperature: some models accept none but their own. Room for models that reason first.
CANARY = Request(
    stage="probe",
    prompt_name="probe",
    prompt_version="v1",
    messages=(
        Message("system", "You are brief and friendly."),
        Message("user", "Greet a colleague in at most five words."),
    ),
    answer_type=CanaryAnswer,
    max_output_tokens=1024,
    temperature=None,
)
# The same in free text: what a model under evaluation is asked, which need not know of schemas.
FREE_CANARY = replace(CANARY, prompt_name="probe_free", answer_type=None, max_output_tokens=64)
