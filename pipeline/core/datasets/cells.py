"""What a cell means that a table program or pandas wrote: whole numbers, lists, objects.

A column with a gap turns 2 into 2.0, and CSV has only text: lists and objects stand there as
JSON or as Python, pandas or numpy print them.
"""

import ast
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import pairwise

from pipeline.core.datasets.fields import InvalidRecord, shown

_WHOLE = re.compile(r"\s*([+-]?\d{1,15})(?:\.0*)?\s*")
# Beyond it a float no longer tells neighbouring whole numbers apart.
_EXACT_FLOATS = 2**53
# A text between quotes, one whose quote never ends, or what stands between texts.
_PART = re.compile(
    r"""(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?P<open>['"].*)|(?P<between>[^'"]+)""",
    re.DOTALL,
)
# How pandas prints an array within an object, and an absent value.
_PRINTED = ((r"\barray\(", "("), (r",\s*dtype=object\s*\)", ")"), (r"\bnan\b", "None"))
_MAX_LITERAL = 200_000


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
    """A list or object, also where its text stands in a cell: as JSON, or as Python or numpy
    prints it. Raises InvalidRecord for any other.

    numpy prints lists without commas, "['A' 'B']"; Python would read that as one text.
    """
    parsed = _parsed(value, name) if isinstance(value, str) else value
    if not isinstance(parsed, list | dict):
        raise InvalidRecord(f"Field {name} is neither a list nor an object: {shown(value)}.")
    return parsed


def _parsed(text: str, name: str) -> object:
    with suppress(ValueError, RecursionError):
        parsed: object = json.loads(text)
        return parsed
    if not text.lstrip().startswith(("[", "{")) or len(text) > _MAX_LITERAL:
        return None
    literal = _literal(text.strip(), name)
    with suppress(ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return ast.literal_eval(literal)
    return None


def _literal(text: str, name: str) -> str:
    """What was printed, as a Python literal. Raises InvalidRecord where texts touch."""
    parts = [(part.lastgroup, part.group()) for part in _PART.finditer(text)]
    between = [part for kind, part in parts[1:-1] if kind == "between"]
    is_printed_by_numpy = (
        bool(between)
        and (parts[0][1].strip(), parts[-1][1].strip()) == ("[", "]")
        and all(part.isspace() for part in between)
    )
    if not is_printed_by_numpy and _has_touching_texts(parts):
        raise InvalidRecord(f"Field {name} has texts without a comma between them.")
    comma = "," if is_printed_by_numpy else ""
    return "".join(
        part if kind != "between" else _plain(part) + comma * part.isspace() for kind, part in parts
    )


def _has_touching_texts(parts: Sequence[tuple[str | None, str]]) -> bool:
    """Whether Python would join two texts into one."""
    seen = [kind for kind, part in parts if kind != "between" or not part.isspace()]
    return ("text", "text") in pairwise(seen)


def _plain(between: str) -> str:
    for pattern, plain in _PRINTED:
        between = re.sub(pattern, plain, between)
    return between
