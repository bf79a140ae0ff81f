"""Checked access to the fields of one source record.

Every check raises InvalidRecord with one sentence for the person who loads the file. Values
are shown there in ASCII and cut, so that a hostile text cannot disguise the message.
"""

import re
from collections.abc import Mapping

from pipeline.core.characters import leaves_direction_open, plain

Record = Mapping[str, object]

MAX_IDENTIFIER_LENGTH = 120
MAX_SPECIALTY_LENGTH = 80
MAX_TOPIC_LENGTH = 120
MAX_TYPE_LENGTH = 60

# Control characters but tab and line ends; overrides of the text direction, which make letters
# read in another order than they stand in; halves of surrogate pairs.
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff]")


class InvalidRecord(ValueError):
    """One record cannot become a question; the message says why in a sentence."""


class Unlabelled(InvalidRecord):
    """The question has no answer key, as in the test parts of some sources."""


class OtherSplit(Exception):
    """The record belongs to a part of the file that is not read."""


class ForeignShape(ValueError):
    """A record cannot be read before something about its whole file is settled."""


def shown(value: object) -> str:
    """A value as a message may quote it: ASCII only, at most 40 characters."""
    quoted = ascii(value)
    return quoted if len(quoted) <= 40 else f"{quoted[:37]}..."


def _clean(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise InvalidRecord(f"Field {name} is not text.")
    refused = _REFUSED.search(value)
    if refused:
        raise InvalidRecord(
            f"Field {name} contains the character U+{ord(refused.group()):04X}, "
            "which is a control character or reverses the order of letters."
        )
    if leaves_direction_open(value):
        raise InvalidRecord(f"Field {name} begins a text direction that it does not end.")
    return value.strip()


def text(record: Record, name: str) -> str:
    """The text of a field that must be there and not empty, without surrounding space."""
    if record.get(name) is None:
        raise InvalidRecord(f"Field {name} is missing.")
    value = _clean(record[name], name)
    # Of a long text only the first letter is looked at: `plain` would read all of it.
    if not any(map(str.isalnum, value)) and not plain(value).strip():
        raise InvalidRecord(f"Field {name} is empty.")
    return value


def optional_text(record: Record, name: str) -> str:
    """The text of a field that may be absent, null or empty: then the empty string."""
    value = record.get(name)
    return "" if value is None else _clean(value, name)


def specialty(record: Record, name: str) -> str:
    """The specialty a question belongs to, or the empty string."""
    value = optional_text(record, name)
    if len(value) > MAX_SPECIALTY_LENGTH:
        raise InvalidRecord(f"Field {name} is longer than {MAX_SPECIALTY_LENGTH} characters.")
    return value


def descriptor(record: Record, name: str, longest: int) -> str:
    """What a source calls a question, cut to its length; empty where it is no text.

    It only describes: a question is never refused for it.
    """
    value = record.get(name)
    if not isinstance(value, str) or _REFUSED.search(value) or leaves_direction_open(value):
        return ""
    return value.strip()[:longest]


def identifier(record: Record, name: str) -> str:
    """The question's id in its source: a text or a whole number, 12.0 being 12."""
    value = record.get(name)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    value = text(record, name)
    if len(value) > MAX_IDENTIFIER_LENGTH:
        raise InvalidRecord(f"Field {name} is longer than {MAX_IDENTIFIER_LENGTH} characters.")
    return value


def texts(record: Record, name: str) -> tuple[str, ...]:
    """A field that is a list of texts, none of them empty."""
    values = record.get(name)
    if not isinstance(values, list):
        raise InvalidRecord(f"Field {name} is not a list of texts.")
    return tuple(text({f"{name}[{i}]": value}, f"{name}[{i}]") for i, value in enumerate(values))
