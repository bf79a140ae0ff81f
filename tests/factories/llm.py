"""A small request to a model, and a model at some base URL, for tests of the transport."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from pipeline.core.llm.base import Message, Request
from pipeline.core.llm.dialects import NAMES, Dialect
from pipeline.core.llm.openai_compatible import OpenAICompatibleModel

KEY = "sk-secret-of-the-house"
GOOD = '{"finding": "wheeze", "side": "left"}'


class Finding(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    finding: str
    side: Literal["left", "right"]


REQUEST = Request(
    stage="extraction",
    prompt_name="extract",
    prompt_version="v1",
    messages=(Message("system", "Name the finding."), Message("user", "A child wheezes.")),
    answer_type=Finding,
    max_output_tokens=200,
)


def model_at(base_url: str, **given: Any) -> OpenAICompatibleModel:
    """A model there; parts of a dialect among what is given make up its dialect."""
    named = {name: given.pop(name) for name in NAMES if name in given}
    dialect = Dialect(**{"timeout_seconds": 5.0, **named})
    given = {"api_key": KEY, "dialect": dialect, **given}
    return OpenAICompatibleModel("house", base_url, "tiny-random", **given)
