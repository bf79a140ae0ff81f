"""What a cell means that a table program or pandas wrote: whole numbers, lists, objects.

A column with a gap turns 2 into 2.0, and CSV has only text: lists and objects stand there as
JSON or as Python prints them.
"""

import ast
import json
import re

from pipeline.core.datasets.fields import InvalidRecord, shown

_WHOLE = re.compile(r"\s*([+-]?\d{1,15})(?:\.0*)?\s*")
# Beyond it a float no longer tells neighbouring whole numbers apart.
_EXACT_FLOATS = 2**53
_TEXT = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""", re.DOTALL)
_TWO_TEXTS = re.compile(r"T\s*T")


def whole_number(value: object) -> int | None:
    """The whole number that a value states, or None: 2, 2.0, "2" and "2.0", never 2.5 or True."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < _EXACT_FLOATS else None
    match = _WHOLE.fullmatch(value) if isinstance(value, str) else None
    return int(match[1]) if match else None


def list_or_object(value: object, name: str) -> list[object] | dict[str, object]:
    """A list or object, also where its text stands in a cell: as JSON or a Python literal.

    Raises InvalidRecord for any other text, and for the way numpy prints lists: without commas,
    "['A' 'B']" is two texts to numpy and one to Python.
    """
    parsed = _parsed(value, name) if isinstance(value, str) else value
    if not isinstance(parsed, list | dict):
        raise InvalidRecord(f"Field {name} is neither a list nor an object: {shown(value)}.")
    return parsed


def _parsed(text: str, name: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    if _TWO_TEXTS.search(_TEXT.sub("T", text)):
        raise InvalidRecord(
            f"Field {name} is a list without commas, as numpy prints it, and cannot be read with "
            "certainty: save the file as JSON Lines or Parquet."
        )
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return text
