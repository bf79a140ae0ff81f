"""Which of the shapes of JSON a file that begins with an object has.

Decided by what is seen of its first object: a record has a text among its fields and is no
longer than a record may be; a document holds lists, columns or records under its keys.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from pipeline.core.datasets.files.json_text import StrictDecoder

# Names under which an envelope holds its records. Under any other, the name is their split.
ENVELOPES = frozenset(
    {"data", "rows", "questions", "records", "examples"}
    | {"items", "instances", "samples", "entries", "results"}
)
_SPLITS = frozenset(
    {"train", "training", "dev", "development", "valid", "validation", "val", "test", "testing"}
)
_SPACE = re.compile(r"\s*")
_NAME = re.compile(r'"([^"\\]*)"\s*:')


class Shape(Enum):
    """How a JSON object holds a file's records."""

    RECORD = auto()  # it is one
    LISTS = auto()  # lists of records: {"train": [{...}], "test": [{...}]}
    KEYED = auto()  # records by id: {"q1": {...}}
    COLUMNS = auto()  # a column a key: {"question": {"0": ...}} or {"question": [...]}
    TABLE = auto()  # pandas' orient="split": {"columns": [...], "index": [...], "data": [[...]]}
    UNCERTAIN = auto()


@dataclass(frozen=True)
class Member:
    """A key and its value as far as it is seen: a value cut off has only its first part."""

    name: str
    value: object
    is_whole: bool = True


def outline(text: str) -> list[Member]:
    """The members of the object that a text begins with; of the last, perhaps only a part."""
    decoder = StrictDecoder()
    members: list[Member] = []
    at = _after_space(text, _after_space(text, 0) + 1)
    while text[at : at + 1] == '"':
        try:
            name, at = decoder.decode(text, at)
            at = _after_space(text, _after_space(text, at) + 1)
            try:
                value, at = decoder.decode(text, at)
            except (ValueError, RecursionError):
                return [*members, Member(str(name), _beginning(text, at), is_whole=False)]
        except ValueError:
            return members
        members.append(Member(str(name), value))
        at = _after_space(text, _after_space(text, at) + 1)
    return members


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _beginning(text: str, at: int) -> object:
    """What a value that is cut off holds first: enough to tell what kind of value it is."""
    inner = _after_space(text, at + 1)
    if text[at : at + 1] == "[":
        return [{}] if text[inner : inner + 1] == "{" else [None]
    if text[at : at + 1] != "{":
        return None
    first = _NAME.match(text, inner)
    return {first[1]: None} if first else {}


def shape_of(members: Sequence[Member], *, is_whole: bool) -> Shape:
    """The shape of an object seen whole, or of one longer than a record may be."""
    if _is_table(members):
        return Shape.TABLE
    objects = [isinstance(member.value, dict) for member in members]
    if any(objects[:1]) and (all(objects) or _are_numbers(members)):
        return _shape_of_objects(members)
    return _shape_of_lists(members, is_whole=is_whole)


def _is_table(members: Sequence[Member]) -> bool:
    names = [member.name for member in members]
    return (
        names[:2] == ["columns", "index"]
        and names[2:] in ([], ["data"])
        and _begins_with(members[0].value, str)
    )


def _are_numbers(members: Sequence[Member]) -> bool:
    return all(member.name.isdigit() for member in members)


def _begins_with(value: object, kind: type) -> bool:
    """Whether a value is a list whose first element is of this kind."""
    return isinstance(value, list) and bool(value) and isinstance(value[0], kind)


def _shape_of_lists(members: Sequence[Member], *, is_whole: bool) -> Shape:
    lists = [member for member in members if isinstance(member.value, list)]
    of_records = [member for member in lists if _begins_with(member.value, dict)]
    if len(of_records) < len(lists) == len(members) and _are_even(members):
        return Shape.COLUMNS
    known = any(m.name in ENVELOPES or m.name.lower() in _SPLITS for m in of_records)
    if not is_whole or known or (of_records and len(lists) == len(members)):
        return Shape.LISTS
    return Shape.RECORD


def _are_even(members: Sequence[Member]) -> bool:
    """Whether all lists are as long as the first; one that is cut off may be."""
    lengths = {len(m.value) for m in members if m.is_whole and isinstance(m.value, list)}
    return len(lengths) <= 1 and not (members[-1].name in ENVELOPES and not members[-1].is_whole)


def _shape_of_objects(members: Sequence[Member]) -> Shape:
    """Records by id, or columns by name: in a column all cells are of one kind, and all columns
    have the same rows."""
    objects = [m.value for m in members if isinstance(m.value, dict)]
    inner = [name for value in objects for name in value]
    outer_are_numbers, inner_are_numbers = _are_numbers(members), all(n.isdigit() for n in inner)
    if outer_are_numbers != inner_are_numbers:
        return Shape.KEYED if outer_are_numbers else Shape.COLUMNS
    whole = [value for m, value in zip(members, objects, strict=False) if m.is_whole]
    if not whole:  # longer than any record
        return Shape.COLUMNS
    as_columns = _are_alike([list(value.values()) for value in whole]) and _same_names(whole)
    as_records = _are_alike([[value[n] for value in whole if n in value] for n in set(inner)])
    if as_columns == as_records:
        return Shape.UNCERTAIN
    return Shape.COLUMNS if as_columns else Shape.KEYED


def _same_names(objects: Sequence[dict[str, object]]) -> bool:
    return all(list(value) == list(objects[0]) for value in objects)


def _are_alike(groups: Sequence[Sequence[object]]) -> bool:
    """Whether the values of each group are of one kind; null belongs to every kind."""
    return all(len({_kind(v) for v in values if v is not None}) <= 1 for values in groups)


def _kind(value: object) -> type:
    return float if isinstance(value, int | float) else type(value)


def first_object(text: str) -> tuple[dict[str, object], int] | None:
    """The object that a text begins with and where it ends, or None if it is broken or cut."""
    start = _after_space(text, 0)
    try:
        value, end = StrictDecoder().decode(text, start)
    except (ValueError, RecursionError):
        return None
    return (value, end) if isinstance(value, dict) else None
