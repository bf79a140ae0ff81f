"""The right answer to whatever is asked: the least that its schema allows, over the small graph.

Extraction is answered with those entities of the question that the graph knows, so that a
trace goes through every call of the method.
"""

import json
from typing import Any

from tests.factories import ASKED, NODES

TYPES = {name: kind for kind, name in NODES.values()}
KEYS = dict(ASKED)
PROSE = "Good morning, dear colleague!"
_BEFORE_SCHEMA = "valid under this JSON schema:\n"


def prompt_of(asked: dict[str, Any]) -> str:
    """All that a request says, in one text."""
    return "\n".join(_text(message["content"]) for message in asked["messages"])


def _text(content: Any) -> str:
    """A message's content, which may be a list of typed parts."""
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


def is_held(asked: dict[str, Any]) -> bool:
    """Whether the request asks the server to hold the answer to its schema."""
    return bool((asked.get("response_format") or {}).get("type") == "json_schema")


def schema_of(asked: dict[str, Any]) -> dict[str, Any] | None:
    """The schema a request states, as a parameter or in words; None where it states none."""
    if is_held(asked):
        held: dict[str, Any] = asked["response_format"]["json_schema"]["schema"]
        return held
    _, found, text = prompt_of(asked).partition(_BEFORE_SCHEMA)
    if not found:
        return None
    stated: dict[str, Any] = json.JSONDecoder().raw_decode(text)[0]
    return stated


def answer_to(asked: dict[str, Any]) -> str:
    """What a model that obeys would say; prose where no schema is stated."""
    schema = schema_of(asked)
    if schema is None:
        return PROSE
    if {"question", "answer"} <= set(schema["properties"]):
        lists = dict.fromkeys(schema["properties"], ())
        return json.dumps(lists | _entities(_data_of(asked)))
    return json.dumps(_least(schema, schema.get("$defs", {})))


def _data_of(asked: dict[str, Any]) -> str:
    """What is asked about: the last of the data, for examples may stand before it."""
    return prompt_of(asked).rpartition("<data>")[2]


def _entities(text: str) -> dict[str, Any]:
    answers = [drug for question, drug in KEYS.items() if question in text][:1]
    found = [name for name, kind in TYPES.items() if name in text and kind != "drug"]
    sides = {"question": found, "answer": answers}
    return {
        side: [{"text": name, "type": TYPES[name]} for name in names]
        for side, names in sides.items()
    }


def _least(schema: dict[str, Any], named: dict[str, Any]) -> Any:
    """The smallest value that a schema accepts, with one item in every list."""
    match schema:
        case {"$ref": place}:
            return _least(named[place.rpartition("/")[2]], named)
        case {"anyOf": [first, *_]}:
            return _least(first, named)
        case {"enum": [first, *_]}:
            return first
        case {"type": "object"}:
            return {name: _least(part, named) for name, part in schema["properties"].items()}
        case {"type": "array"}:
            return [_least(schema["items"], named)]
    return {"string": "asthma", "boolean": True, "integer": 0, "null": None}[schema["type"]]
