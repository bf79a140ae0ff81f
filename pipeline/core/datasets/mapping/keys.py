"""The answer key of one record, in each way that files write it: never a guess."""

import re
from collections.abc import Callable
from string import ascii_lowercase

from pipeline.core.characters import plain
from pipeline.core.datasets.cells import whole_number
from pipeline.core.datasets.fields import (
    ForeignShape,
    InvalidRecord,
    Record,
    Unlabelled,
    shown,
    text,
)
from pipeline.core.datasets.mapping.field_mapping import KeyField
from pipeline.core.records import Option

UNLABELLED = -1
_LETTER_AND_TEXT = re.compile(r"\(?([A-Z])[.):]\s*(.+)", re.DOTALL)

Options = tuple[Option, ...]


def keyed_option(record: Record, keys: tuple[KeyField, ...], options: Options) -> Option:
    """The option that all keys name. Raises InvalidRecord where they do not agree."""
    first, *others = keys
    chosen = _NAMED[first.written](record, first, options)
    for key in others:
        if key.written == "text" and plain(_value(record, key)) != plain(chosen.text):
            raise InvalidRecord(
                f"Field {key.column} differs from the text of option {chosen.label}."
            )
        if (other := _NAMED[key.written](record, key, options)) != chosen:
            raise InvalidRecord(
                f"Field {first.column} names option {chosen.label}, {key.column} {other.label}."
            )
    return chosen


def _value(record: Record, key: KeyField) -> str:
    """The key as text. Some files write it as a list; one of several right answers is no key."""
    value = record.get(key.column)
    if isinstance(value, list):
        if len(value) != 1:
            raise InvalidRecord(f"Field {key.column} names {len(value)} answers instead of one.")
        return text({key.column: value[0]}, key.column)
    return text(record, key.column)


def _by_letter(record: Record, key: KeyField, options: Options) -> Option:
    return _lettered(_value(record, key), options)


def _by_small_letter(record: Record, key: KeyField, options: Options) -> Option:
    letter = _value(record, key)
    if letter not in tuple(ascii_lowercase):
        raise InvalidRecord(f"The answer key {shown(letter)} is not a small letter.")
    return _lettered(letter.upper(), options)


def _lettered(letter: str, options: Options) -> Option:
    for option in options:
        if option.label == letter:
            return option
    raise InvalidRecord(f"The answer key {shown(letter)} is not among the options.")


def _by_number(record: Record, key: KeyField, options: Options) -> Option:
    if key.counts_from is None:
        raise ForeignShape(f"Nothing says whether {key.column} counts from 0 or from 1.")
    number = key_number(record, key.column)
    place = number - key.counts_from
    if not 0 <= place < len(options):
        last = key.counts_from + len(options) - 1
        raise InvalidRecord(
            f"Field {key.column} is {number}; expected is {key.counts_from} to {last}."
        )
    return options[place]


def key_number(record: Record, column: str) -> int:
    """The whole number of a key's column; 1, "1", 1.0 and "1.0" are the same.

    Raises Unlabelled where there is none, InvalidRecord for anything else.
    """
    value = record.get(column)
    number = whole_number(value)
    if value is None or value == "" or number == UNLABELLED:
        raise Unlabelled(f"The question has no answer key ({column} is absent or -1).")
    if number is None:
        raise InvalidRecord(f"Field {column} is {shown(value)}, not a whole number.")
    return number


def _by_text(record: Record, key: KeyField, options: Options) -> Option:
    answer = _value(record, key)
    for option in options:
        if plain(option.text) == plain(answer):
            return option
    raise InvalidRecord(f"Field {key.column} is {shown(answer)}, which is none of the options.")


def _by_letter_and_text(record: Record, key: KeyField, options: Options) -> Option:
    match = _LETTER_AND_TEXT.fullmatch(_value(record, key))
    if not match:
        raise InvalidRecord(f"Field {key.column} is not a letter and a text, such as C. text.")
    option = _lettered(match.group(1), options)
    if plain(match.group(2).strip()) != plain(option.text):
        raise InvalidRecord(f"Field {key.column} differs from the text of option {option.label}.")
    return option


_NAMED: dict[str, Callable[[Record, KeyField, Options], Option]] = {
    "letter": _by_letter,
    "small letter": _by_small_letter,
    "number": _by_number,
    "text": _by_text,
    "letter and text": _by_letter_and_text,
}
