"""Which way of holding answers to a schema an endpoint obeys; asked once, then remembered.

Servers silently ignore a `response_format` they do not know. So the question that is asked
would by itself be answered with prose: JSON of the right shape shows that the constraint, or
at least the instruction, was obeyed.
"""

from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipeline.core.errors import MalformedOutput, RequestRejected, TruncatedOutput
from pipeline.core.llm.base import LanguageModel, Message, Request
from pipeline.core.llm.openai_compatible import Capability

LADDER: tuple[Capability, ...] = ("json_schema", "json_object", "plain")


class ProbeAnswer(BaseModel):
    """Fields that nobody would name of themselves."""

    model_config = ConfigDict(extra="forbid", strict=True)

    greeting: str
    marker: Literal["k7"]


# No temperature: some models accept none but their own. Room for models that reason first.
PROBE = Request(
    stage="probe",
    prompt_name="probe",
    prompt_version="v1",
    messages=(
        Message("system", "You are brief and friendly."),
        Message("user", "Greet a colleague in at most five words."),
    ),
    answer_type=ProbeAnswer,
    max_output_tokens=1024,
    temperature=None,
)


def probe(model_at: Callable[[Capability], LanguageModel]) -> Capability:
    """The best capability whose probe comes back in shape, down from json_schema.

    `model_at` gives the model as it is asked at a capability. A rung that is rejected, ignored
    or never comes to an end leads to the next; every other failure is raised, for it says
    nothing of the capability. Raises the last rung's failure when that one fails too.
    """
    for capability in LADDER[:-1]:
        try:
            model_at(capability).ask(PROBE)
        except (MalformedOutput, RequestRejected, TruncatedOutput):
            continue
        return capability
    model_at(LADDER[-1]).ask(PROBE)
    return LADDER[-1]
