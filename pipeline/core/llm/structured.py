"""From a model's raw text to a value that met its schema, and the one turn that mends it.

Whatever the endpoint promises, the text is parsed and validated here: servers silently ignore
constraints they do not know. Faults are short sentences, for the model that gets a second try
and for whoever reads the failure.
"""

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ValidationError

from pipeline.core.errors import MalformedOutput
from pipeline.core.llm.base import Answer, LanguageModel, Message, Request

_FENCED = re.compile(r"\A```[\w-]*[ \t]*\n(?P<inner>.*?)\n?```\Z", re.DOTALL)
_FORBIDDEN = re.compile("[\x00\ud800-\udfff]")
_MAX_FAULTS, _MAX_QUOTE_LENGTH = 5, 8000
# What strict servers refuse or do not need; bounds only where they are taken.
_NEVER_SENT = frozenset(
    {"title", "description", "default", "examples"}
    | {"minLength", "pattern", "format", "uniqueItems"}
)
_BOUNDS = frozenset({"minItems", "maxItems", "minimum", "maximum"})
_TEXT_BOUNDS = frozenset({"maxLength"})


class UnusableText(ValueError):
    """A raw answer that is no value of the schema; the message says why, in short sentences."""


def ask_with_repair(
    model: LanguageModel, request: Request, check: Callable[[Answer], object] | None = None
) -> Answer:
    """The model's checked answer, after one repair turn if the first is malformed.

    `check` raises MalformedOutput for what a schema cannot tell. The repair is a call of its own
    through `model`, so a ledger around it records both. Raises MalformedOutput, with the second
    raw text, when the repair is malformed too.
    """
    try:
        return _asked(model, request, check)
    except MalformedOutput as failure:
        return _asked(model, repair_of(request, failure), check)


def _asked(
    model: LanguageModel, request: Request, check: Callable[[Answer], object] | None
) -> Answer:
    answer = model.ask(request)
    if check is not None:
        check(answer)
    return answer


def repair_of(request: Request, failure: MalformedOutput) -> Request:
    """The request that shows the model what it answered and what was wrong with it."""
    rejected = Message("assistant", failure.text[:_MAX_QUOTE_LENGTH].strip() or "(nothing)")
    correction = Message(
        "user",
        f"That answer cannot be used. {failure.detail} "
        "Give the whole answer again, as one JSON object and nothing else.",
    )
    return replace(request, messages=(*request.messages, rejected, correction), repair=True)


def checked_value(text: str, answer_type: type[BaseModel]) -> Any:
    """The plain JSON value of a raw answer, once its schema accepts it.

    Where the text is more than JSON, as models without a constraint give it, the value is the
    object in it that the schema accepts; of two different ones, none is. Raises UnusableText.
    """
    stripped = _without_fence(text)
    if not stripped:
        raise UnusableText("It is empty.")
    try:
        plain = _decoded(stripped)
    except UnusableText as error:
        return _one_of(_acceptable(stripped, answer_type, error))
    return _accepted(plain, answer_type)


def _accepted(plain: Any, answer_type: type[BaseModel]) -> Any:
    try:
        answer = answer_type.model_validate_json(json.dumps(plain), strict=True)
    except ValidationError as error:
        raise UnusableText(" ".join(_sentences(error))) from None
    return answer.model_dump(mode="json")


def _acceptable(text: str, answer_type: type[BaseModel], fault: UnusableText) -> list[Any]:
    """The objects in the text that the schema accepts. Raises what is wrong with all of them."""
    values = []
    for start in _starts(text):
        try:
            values.append(_accepted(_object_at(text, start), answer_type))
        except UnusableText as error:
            fault = error
    if not values:
        raise fault
    return values


def _one_of(values: list[Any]) -> Any:
    if any(value != values[0] for value in values[1:]):
        raise UnusableText(f"It holds {len(values)} different answers where one is asked.")
    return values[0]


def strict_schema(
    schema: dict[str, Any], *, array_bounds: bool = True, text_bounds: bool = False
) -> dict[str, Any]:
    """The schema as strict servers want it: closed objects, all fields required, no ornament.

    A server that takes no bounds of lists is sent none of texts.
    """
    omitted = _NEVER_SENT if array_bounds else _NEVER_SENT | _BOUNDS
    if not (text_bounds and array_bounds):
        omitted |= _TEXT_BOUNDS
    return _strict(schema, omitted)


def schema_instruction(schema: dict[str, Any]) -> str:
    """What the system message says of the schema where the endpoint cannot hold to it."""
    strict = strict_schema(schema, text_bounds=True)
    plain = json.dumps(strict, ensure_ascii=False, separators=(",", ":"))
    return (
        "Answer with one JSON object and nothing else: no comment, no Markdown. "
        f"It must be valid under this JSON schema:\n{plain}"
    )


def _strict(schema: dict[str, Any], omitted: frozenset[str]) -> dict[str, Any]:
    strict = {
        key: _within(key, value, omitted) for key, value in schema.items() if key not in omitted
    }
    if "const" in strict:  # what pydantic writes for a choice of one
        strict["enum"] = [strict.pop("const")]
    if "properties" in strict:
        strict |= {"required": list(strict["properties"]), "additionalProperties": False}
    return strict


def _within(key: str, value: Any, omitted: frozenset[str]) -> Any:
    """A part of a schema; under these keys stand names, which no rule of ours may drop."""
    if key in ("properties", "$defs"):
        return {name: _strict(part, omitted) for name, part in value.items()}
    if isinstance(value, dict):
        return _strict(value, omitted)
    if isinstance(value, list):
        return [_strict(part, omitted) if isinstance(part, dict) else part for part in value]
    return value


def _without_fence(text: str) -> str:
    stripped = text.strip().removeprefix("\ufeff")
    match = _FENCED.match(stripped)
    return match["inner"].strip() if match else stripped


def _decoded(text: str) -> Any:
    return _readable(lambda: _DECODER.decode(text))


def _starts(text: str) -> Iterator[int]:
    """Where an object begins in the text, none within another."""
    start = text.find("{")
    while start >= 0:
        yield start
        start = text.find("{", _end_of(text, start))


def _end_of(text: str, start: int) -> int:
    """Where the object ends that begins here; the next sign, if none does."""
    try:
        return _ANY_JSON.raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        return start + 1


def _object_at(text: str, start: int) -> Any:
    return _readable(lambda: _DECODER.raw_decode(text, start)[0])


def _readable(read: Callable[[], Any]) -> Any:
    """What is read as JSON. Raises UnusableText."""
    try:
        return read()
    except UnusableText:
        raise
    except RecursionError:
        raise UnusableText("It is nested too deeply.") from None
    except ValueError as error:
        raise UnusableText(_not_json(error)) from None


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise UnusableText(f"The key {twice[:60]!r} occurs twice in one object.")
    for value in (*members, *members.values()):
        if isinstance(value, str) and _FORBIDDEN.search(value):
            raise UnusableText("It holds a character that no text can hold.")
    return members


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise UnusableText("It holds a number that is not finite.")
    return value


_ANY_JSON = json.JSONDecoder()
_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_float=_finite, parse_constant=_finite)


def _not_json(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"It is not valid JSON: {error.msg} at character {error.pos}."
    return "It is not valid JSON."


def _sentences(error: ValidationError) -> Iterator[str]:
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    for fault in faults[:_MAX_FAULTS]:
        location = ".".join(map(str, fault["loc"]))[:80] or "The answer"
        message = fault["msg"].removeprefix("Value error, ")
        yield f"{location}: {message[:200]}."
    if len(faults) > _MAX_FAULTS:
        yield f"And {len(faults) - _MAX_FAULTS} more."
