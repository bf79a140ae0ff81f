"""What a call sends, as chat completions name it, in an endpoint's dialect."""

from typing import Any

from pipeline.core.llm.base import Message, Request
from pipeline.core.llm.dialects import Dialect
from pipeline.core.llm.structured import schema_instruction, strict_schema


def parameters_of(request: Request, model: str, dialect: Dialect) -> dict[str, Any]:
    """Everything that goes into the body but the dialect's extra body."""
    parameters: dict[str, Any] = {
        "model": model,
        "messages": [_sent(message, dialect) for message in _messages(request, dialect)],
        dialect.output_limit: request.max_output_tokens,
    }
    chosen = {
        "temperature": request.temperature if dialect.sends_temperature else None,
        "service_tier": request.service_tier or None,
        "reasoning_effort": dialect.reasoning_effort or None,
        "response_format": _response_format(request, dialect),
    }
    return parameters | {name: value for name, value in chosen.items() if value is not None}


def _response_format(request: Request, dialect: Dialect) -> dict[str, Any] | None:
    if request.answer_type is None:
        return None
    if dialect.answer_format == "json_schema":
        schema = strict_schema(
            request.schema, array_bounds=dialect.array_bounds, text_bounds=dialect.text_bounds
        )
        named_schema = {"name": request.prompt_name, "strict": True, "schema": schema}
        return {"type": "json_schema", "json_schema": named_schema}
    return {"type": "json_object"} if dialect.answer_format == "json_object" else None


def _messages(request: Request, dialect: Dialect) -> tuple[Message, ...]:
    """The request's messages; the schema in words where the endpoint cannot hold to it."""
    messages = request.messages
    if request.answer_type is not None and dialect.answer_format != "json_schema":
        messages = _instructed(messages, schema_instruction(request.schema))
    return messages if dialect.system_role else _folded(messages)


def _instructed(messages: tuple[Message, ...], instruction: str) -> tuple[Message, ...]:
    first, *rest = messages
    if first.role != "system":
        return (Message("system", instruction), *messages)
    return (Message("system", f"{first.content}\n\n{instruction}"), *rest)


def _folded(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The system message put before the user's, for models whose template knows no such role."""
    match messages:
        case (Message("system", instruction), Message("user", asked), *rest):
            return (Message("user", f"{instruction}\n\n{asked}"), *rest)
    return messages


def _sent(message: Message, dialect: Dialect) -> dict[str, Any]:
    content: Any = message.content
    if dialect.typed_parts:
        content = [{"type": "text", "text": content}]
    return {"role": message.role, "content": content}
