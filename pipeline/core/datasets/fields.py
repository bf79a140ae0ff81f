"""Checked access to the fields of one source record.

Every check raises InvalidRecord with one sentence for the person who loads the file. Values
are shown there in ASCII and cut, so that a hostile text cannot disguise the message.
"""

import re
from collections.abc import Iterable, Mapping
from string import ascii_uppercase

from pipeline.core.characters import leaves_direction_open, plain
from pipeline.core.records import Option

Record = Mapping[str, object]

MAX_IDENTIFIER_LENGTH = 120
MAX_SPECIALTY_LENGTH = 80

# Control characters but tab and line ends; overrides of the text direction, which make letters
# read in another order than they stand in; halves of surrogate pairs.
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff]")


class InvalidRecord(ValueError):
    """One record cannot become a question; the message says why in a sentence."""


class ForeignShape(ValueError):
    """A record proves that the whole file follows another convention than its adapter."""


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
    if name not in record:
        raise InvalidRecord(f"Field {name} is missing.")
    value = _clean(record[name], name)
    if not plain(value).strip():
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


def identifier(record: Record, name: str) -> str:
    """The question's id in its source: a text or a whole number."""
    value = record.get(name)
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


def lettered_options(record: Record, counts: Iterable[int]) -> tuple[Option, ...]:
    """The options of an object {"A": text, ...}, in the order of their letters.

    Exports from Parquet write null for a letter that a question does not have.
    """
    letters = record.get("options")
    if not isinstance(letters, Mapping):
        raise InvalidRecord("Field options is missing or is not an object of letters and texts.")
    present = {label: value for label, value in letters.items() if value is not None}
    labels = sorted(present)
    if labels != list(ascii_uppercase[: len(labels)]):
        raise InvalidRecord(f"Options are not lettered A, B, C and so on: {shown(labels)}.")
    return _check_options(((label, present[label]) for label in labels), counts)


def column_options(
    record: Record, columns: Iterable[str], counts: Iterable[int]
) -> tuple[Option, ...]:
    """The options of one column each (opa, opb, ...), lettered in the columns' order."""
    return _check_options(
        (
            (letter, record.get(name))
            for letter, name in zip(ascii_uppercase, columns, strict=False)
        ),
        counts,
    )


def _check_options(
    pairs: Iterable[tuple[str, object]], counts: Iterable[int]
) -> tuple[Option, ...]:
    """Options with text, of an allowed number, all different.

    Compared as they look: genotypes AA and Aa, or mg and Mg, differ by case alone.
    """
    options = tuple(
        Option(label, text({f"option {label}": v}, f"option {label}")) for label, v in pairs
    )
    allowed = tuple(counts)
    if len(options) not in allowed:
        raise InvalidRecord(
            f"The question has {len(options)} options; expected are {allowed[0]} to {allowed[-1]}."
        )
    first: dict[str, str] = {}
    for option in options:
        twin = first.setdefault(" ".join(plain(option.text).split()), option.label)
        if twin != option.label:
            raise InvalidRecord(f"Options {twin} and {option.label} have the same text.")
    return options


def keyed_answer(record: Record, options: tuple[Option, ...]) -> tuple[str, str]:
    """Label and text of the answer key (answer_idx, answer), which must agree."""
    label = text(record, "answer_idx")
    by_label = {option.label: option.text for option in options}
    if label not in by_label:
        raise InvalidRecord(f"The answer key {shown(label)} is not among the options.")
    answer = text(record, "answer")
    if plain(answer) != plain(by_label[label]):
        raise InvalidRecord(f"Field answer differs from the text of option {label}.")
    return label, by_label[label]
