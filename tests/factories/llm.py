"""A small request to a model, and a model at some base URL, for tests of the transport."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from pipeline.core.llm.base import Message, Request
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


def model_at(base_url: str, **given: object) -> OpenAICompatibleModel:
    fields = {"api_key": KEY, "timeout_seconds": 5.0} | given
    return OpenAICompatibleModel("house", base_url, "tiny-random", **fields)  # type: ignore[arg-type]
