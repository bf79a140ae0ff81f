"""A field mapping: which column is what, and how options and key are written, as data.

Published sources and files that someone described are both read by it. Nothing in it is a
guess: a key that is a number says from where it counts, or the file has to show it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError

from pipeline.core.errors import InvalidConfiguration

MAX_OPTIONS = 26

OptionsWritten = Literal["columns", "list", "object", "text", "same"]
KeyWritten = Literal["letter", "small letter", "number", "text", "letter and text"]
CountsFrom = Literal[0, 1]


@dataclass(frozen=True)
class OptionFields:
    """Where the options stand. `written` is one of

    - columns: each in a column of its own, lettered in the order of `columns`;
    - list: one column with a list of texts, lettered in its order;
    - object: one column with letters and texts, {"A": "…", "B": "…"};
    - text: one column with all of them in one text, "A. …" and "B. …";
    - same: the same `texts` for every question, such as yes, no and maybe.
    """

    written: OptionsWritten
    columns: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    fewest: int = 2
    most: int = MAX_OPTIONS

    def __post_init__(self) -> None:
        if not 2 <= self.fewest <= self.most <= MAX_OPTIONS:
            raise InvalidConfiguration(f"A question has 2 to {MAX_OPTIONS} options.")
        if self.written == "same" and len(self.texts) < self.fewest:
            raise InvalidConfiguration("Name the options that every question has.")
        if self.written == "columns" and len(self.columns) < self.fewest:
            raise InvalidConfiguration("Name a column for each option.")
        if self.written in ("list", "object", "text") and len(self.columns) != 1:
            raise InvalidConfiguration("Name one column for the options.")

    @property
    def range(self) -> str:
        """How many options a question may have, in words."""
        return f"{self.fewest} to {self.most}" if self.fewest < self.most else str(self.most)

    @property
    def needed(self) -> tuple[str, ...]:
        """Columns without which a record has no options: of several, the last may be missing."""
        return self.columns[: self.fewest] if self.written == "columns" else self.columns


@dataclass(frozen=True)
class KeyField:
    """A column that says which answer is right. `written` is one of

    - letter: "C", as the options are lettered; small letter: "c";
    - number: the option's place, counted from 0 or from 1 (None: the file has to show it);
    - text: the option's text, or without options the answer itself;
    - letter and text: "C. text".
    """

    column: str
    written: KeyWritten
    counts_from: CountsFrom | None = None


@dataclass(frozen=True)
class SplitField:
    """The part of a file to take: records whose `column` holds `value`."""

    column: str
    value: str


@dataclass(frozen=True)
class FieldMapping:
    """What each column of a file means. Names are columns; an empty one says there is none.

    Several `keys` must name the same answer. Without `options` the answer is free text. The
    parts of `id` are joined by a stroke; without any the record's position is its id.
    `options_repeated` says that the question's text ends with its options once more.
    """

    question: str
    keys: tuple[KeyField, ...]
    options: OptionFields | None = None
    context: str = ""
    long_answer: str = ""
    id: tuple[str, ...] = ()
    specialty: str = ""
    topic: str = ""
    question_type: str = ""
    split: SplitField | None = None
    options_repeated: bool = False

    __pydantic_config__ = ConfigDict(extra="forbid")

    def __post_init__(self) -> None:
        if not self.question or not self.keys:
            raise InvalidConfiguration("Name the column of the question and that of the key.")
        if self.options is None and [key.written for key in self.keys] != ["text"]:
            raise InvalidConfiguration("Without options the key is the text of one column.")
        if sum(key.written == "number" for key in self.keys) > 1:
            raise InvalidConfiguration("Only one column can count the options.")

    @property
    def needed(self) -> tuple[str, ...]:
        """Columns without which no record can be read."""
        options = self.options.needed if self.options else ()
        keys = tuple(key.column for key in self.keys)
        return tuple(dict.fromkeys((*self.id, self.question, *options, *keys)))

    @property
    def counted(self) -> KeyField | None:
        """The key that is a number, if there is one."""
        return next((key for key in self.keys if key.written == "number"), None)

    def counting_from(self, first: CountsFrom) -> "FieldMapping":
        """The same, with the number that the first option has."""
        return replace(self, keys=tuple(_counting(key, first) for key in self.keys))

    def as_json(self) -> dict[str, Any]:
        """A plain dictionary that `from_json` reads back unchanged."""
        plain: dict[str, Any] = _ADAPTER.dump_python(self, mode="json")
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "FieldMapping":
        """The mapping. Raises InvalidConfiguration for what is none."""
        try:
            return _ADAPTER.validate_python(plain)
        except ValidationError as error:
            raise InvalidConfiguration(f"This is no field mapping: {error}") from error


def _counting(key: KeyField, first: CountsFrom) -> KeyField:
    return replace(key, counts_from=first) if key.written == "number" else key


_ADAPTER = TypeAdapter(FieldMapping)
