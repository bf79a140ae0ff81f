"""The options of one record, in each way that files write them."""

import re
from collections.abc import Iterable, Mapping
from string import ascii_lowercase, ascii_uppercase

from pipeline.core.characters import plain
from pipeline.core.datasets.cells import list_or_object
from pipeline.core.datasets.fields import InvalidRecord, Record, shown, text
from pipeline.core.datasets.mapping.field_mapping import OptionFields
from pipeline.core.records import Option

# "A. text" and "A) text" and "(A) text" begin a line; "(A) text" may also stand within one.
_LINE = re.compile(r"^[ \t]*\(?([A-Z])[.):][ \t]+", re.MULTILINE)
_INLINE = re.compile(r"(?:^|(?<=\s))\(([A-Z])\)\s+")
_MARKER = re.compile(r"(?:^|(?<=\s))\(?([A-Z])[.):](?=\s)")
_HEADING = re.compile(r"(?:^|(?<=\s))(?:Answer Choices|Options|Choices):\s*")
# Names that lists of objects give to letter and text.
_LABEL_AND_TEXT = (("key", "value"), ("label", "text"), ("letter", "content"))


def options_of(record: Record, fields: OptionFields) -> tuple[Option, ...]:
    """The options of a record, lettered A, B, C. Raises InvalidRecord."""
    return checked_options(_READERS[fields.written](record, fields), fields)


def _columns(record: Record, fields: OptionFields) -> Iterable[tuple[str, object]]:
    """Questions with fewer options leave the last columns empty."""
    values = [record.get(name) for name in fields.columns]
    while values and (values[-1] is None or values[-1] == ""):
        values.pop()
    return zip(ascii_uppercase, values, strict=False)


def _list(record: Record, fields: OptionFields) -> Iterable[tuple[str, object]]:
    (column,) = fields.columns
    values = _present(record, column)
    if not isinstance(values, list):
        raise InvalidRecord(f"Field {column} is not a list of options.")
    if len(values) > len(ascii_uppercase):
        raise InvalidRecord(f"The question has {len(values)} options; at most 26 can be lettered.")
    return zip(ascii_uppercase, values, strict=False)


def _object(record: Record, fields: OptionFields) -> Iterable[tuple[str, object]]:
    """Exports from Parquet write null for a letter that a question does not have."""
    (column,) = fields.columns
    value = _present(record, column)
    letters = _lettered(value) if isinstance(value, list) else value
    if not isinstance(letters, Mapping):
        raise InvalidRecord(f"Field {column} is not an object of letters and texts.")
    present = {label: value for label, value in letters.items() if value is not None}
    labels = sorted(present)
    if labels == list(ascii_lowercase[: len(labels)]):
        return ((label.upper(), present[label]) for label in labels)
    if labels != list(ascii_uppercase[: len(labels)]):
        raise InvalidRecord(f"Options are not lettered A, B, C and so on: {shown(labels)}.")
    return ((label, present[label]) for label in labels)


def _lettered(values: list[object]) -> Mapping[object, object] | None:
    """A list of objects that each hold a letter and a text, as one object."""
    for label, content in _LABEL_AND_TEXT:
        if all(isinstance(value, Mapping) and {label, content} <= set(value) for value in values):
            pairs = [(value[label], value[content]) for value in values]  # type: ignore[index]
            return dict(pairs) if len(dict(pairs)) == len(pairs) else None
    return None


def _text(record: Record, fields: OptionFields) -> Iterable[tuple[str, object]]:
    """The listing may follow the question in the same column, after its heading."""
    (column,) = fields.columns
    listing = text(record, column)
    heading = _heading(listing)
    options = options_in(listing[heading.end() :] if heading else listing)
    if not options:
        raise InvalidRecord(f"Field {column} does not list options as A. and B.")
    return options


def _same(record: Record, fields: OptionFields) -> Iterable[tuple[str, object]]:
    return zip(ascii_uppercase, fields.texts, strict=False)


_READERS = {"columns": _columns, "list": _list, "object": _object, "text": _text, "same": _same}


def _present(record: Record, column: str) -> object:
    if record.get(column) is None:
        raise InvalidRecord(f"Field {column} is missing.")
    return list_or_object(record[column], column)


def _heading(listing: str) -> re.Match[str] | None:
    """The last "Answer Choices:" of a text."""
    return next(reversed(list(_HEADING.finditer(listing))), None)


def options_in(listing: str) -> list[tuple[str, object]]:
    """The options that a text lists from its beginning on, or none where it lists none.

    Raises InvalidRecord where the letters do not follow each other: an option that names a
    letter in brackets would leave open where it ends.
    """
    for marker in (_LINE, _INLINE):
        found = list(marker.finditer(listing))
        if len(found) > 1 and not listing[: found[0].start()].strip():
            letters = [match.group(1) for match in found]
            if letters != list(ascii_uppercase[: len(letters)]):
                raise InvalidRecord(
                    f"Options are not lettered A, B, C and so on: {shown(letters)}."
                )
            ends = [match.start() for match in found[1:]] + [len(listing)]
            return [
                (match.group(1), listing[match.end() : end].strip())
                for match, end in zip(found, ends, strict=True)
            ]
    return []


def without_options(question: str, options: tuple[Option, ...]) -> str:
    """A question's text without the options that it lists once more at its end.

    Raises InvalidRecord where it lists others than the record has.
    """
    heading = _heading(question)
    if heading is None:
        return question
    listed = _plain(_MARKER.sub(r"\1 ", question[heading.end() :]))
    if listed != _plain(" ".join(f"{option.label} {option.text}" for option in options)):
        raise InvalidRecord("The question's text lists other options than the record has.")
    return question[: heading.start()].rstrip()


def _plain(listing: str) -> str:
    return " ".join(plain(listing).split())


def checked_options(
    pairs: Iterable[tuple[str, object]], fields: OptionFields
) -> tuple[Option, ...]:
    """Options with text, of an allowed number, all different.

    Compared as they look: genotypes AA and Aa, or mg and Mg, differ by case alone.
    """
    options = tuple(Option(label, _option_text(label, value)) for label, value in pairs)
    if not fields.fewest <= len(options) <= fields.most:
        raise InvalidRecord(
            f"The question has {len(options)} options; expected are {fields.range}."
        )
    first: dict[str, str] = {}
    for option in options:
        twin = first.setdefault(_plain(option.text), option.label)
        if twin != option.label:
            raise InvalidRecord(f"Options {twin} and {option.label} have the same text.")
    return options


def _option_text(label: str, value: object) -> str:
    """Options may be whole numbers. Others come from no text that they could be checked by."""
    name = f"option {label}"
    whole = isinstance(value, int) and not isinstance(value, bool)
    return text({name: str(value) if whole else value}, name)
