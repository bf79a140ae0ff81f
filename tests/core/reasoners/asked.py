"""Requests to a language model, and what stands in them, for tests of prompts."""

import json
from typing import Any

from pydantic import ValidationError

from pipeline.core.config import ModelConfig
from pipeline.core.llm.base import Request
from tests.factories.method import question

MODEL = ModelConfig(max_output_tokens=500, temperature=0.3, service_tier="flex")
FREE = question(options=(), key=None, answer_text="rest")
STANCE = question("Does it help?", options=("yes", "no", "maybe"))
ASTHMA = {"type": "disease", "text": "asthma"}


def data_of(request: Request) -> Any:
    """The data of a request, read back."""
    user = request.messages[-1].content
    return json.loads(user.partition("<data>")[2].rpartition("</data>")[0])


def takes(request: Request, value: object) -> bool:
    """Whether an answer is accepted."""
    try:
        request.answer_type.model_validate_json(json.dumps(value), strict=True)
    except ValidationError:
        return False
    return True
