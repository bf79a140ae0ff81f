"""A mapping proposed for a file that nobody has described yet, with what is uncertain about it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

from pipeline.core.datasets.fields import InvalidRecord, Record, Unlabelled, shown, text
from pipeline.core.datasets.mapping import column_names as names
from pipeline.core.datasets.mapping.field_mapping import (
    CountsFrom,
    FieldMapping,
    KeyField,
    KeyWritten,
    OptionFields,
    OptionsWritten,
)
from pipeline.core.datasets.mapping.keys import keyed_option
from pipeline.core.datasets.mapping.options import options_of, without_options
from pipeline.core.datasets.source_file import SourceRecord
from pipeline.core.records import Option

_DECISIONS = (("yes", "no", "maybe"), ("Yes", "No", "Maybe"))
_IN_ONE_COLUMN: tuple[OptionsWritten, ...] = ("object", "list", "text")


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a file's columns seem to mean. `mapping` is None where no question or no key is
    found; `uncertain` says in sentences what a person must look at."""

    mapping: FieldMapping | None
    uncertain: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stated:
    """What a person says of a file's columns, so that only the rest is proposed.

    `keys` are columns; how they are written is found out, or is `key_written`.
    """

    question: str = ""
    options: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    key_written: KeyWritten | None = None
    free_text: bool = False


def propose_mapping(sample: Sequence[SourceRecord], stated: Stated | None = None) -> Proposal:
    """A mapping for a file, proposed from its first records and what is stated of them."""
    records = [record.fields for record in sample if not record.flaw]
    return _Proposing(records, stated or Stated()).proposal()


class _Proposing:
    """One proposal in the making: the records, their columns, and the doubts so far."""

    def __init__(self, records: list[Record], stated: Stated) -> None:
        self._records, self._stated = records, stated
        self._columns = tuple(dict.fromkeys(name for record in records for name in record))
        self._doubts: list[str] = []

    def proposal(self) -> Proposal:
        question = self._question()
        if question is None:
            return self._none("No column looks like the text of a question.")
        options = self._options(question)
        keys = self._keys(options) if options else self._free_answer()
        if not keys:
            return self._none("No column was found that says which answer is right.")
        mapping = FieldMapping(
            question=question,
            keys=keys,
            options=options,
            context=self._text_column(names.CONTEXT),
            long_answer=self._explanation(keys),
            id=self._identifier(),
            specialty=self._text_column(names.SPECIALTY),
            options_repeated=bool(options and self._repeats(question, options)),
        )
        self._doubt_splits()
        return Proposal(mapping, tuple(self._doubts))

    def _none(self, doubt: str) -> Proposal:
        return Proposal(None, (*self._doubts, doubt))

    def _question(self) -> str | None:
        if self._stated.question:
            return self._stated.question
        by_name = names.named(self._columns, names.QUESTION)
        if by_name:
            return by_name[0]
        longest = max(self._columns, key=self._length, default=None)
        if longest is None or not self._length(longest):
            return None
        self._doubts.append(f"{longest} is taken for the question only since its texts are long.")
        return longest

    def _length(self, column: str) -> int:
        return sum(len(v) for record in self._records if isinstance(v := record.get(column), str))

    def _options(self, question: str) -> OptionFields | None:
        if self._stated.free_text:
            return None
        best = max(self._option_fields(question), key=self._readable, default=None)
        if best is None or not self._readable(best):
            return self._same_options()
        if (read := self._readable(best)) < len(self._records):
            self._doubts.append(
                f"{len(self._records) - read} of the records seem to have no options."
            )
        return best

    def _same_options(self) -> OptionFields | None:
        """Yes, no and maybe where a key says nothing else; otherwise none."""
        for column in names.named(self._columns, names.KEY):
            values = {record.get(column) for record in self._records} - {None, ""}
            for texts in _DECISIONS:
                if values and values <= set(texts):
                    self._doubts.append(f"{column} decides between {', '.join(texts)}.")
                    return OptionFields("same", texts=texts)
        self._doubts.append("No options were found: the answers are taken for free text.")
        return None

    def _option_fields(self, question: str) -> Iterator[OptionFields]:
        """Every way in which the options may stand in the columns stated, or else in any."""
        stated = self._stated.options
        several = stated if stated else names.option_columns(self._columns)
        if len(several) > 1:
            yield OptionFields("columns", several)
        single = stated if stated else (*names.named(self._columns, names.OPTIONS), question)
        for column in single if len(stated) < 2 else ():
            yield from (OptionFields(written, (column,)) for written in _IN_ONE_COLUMN)

    def _readable(self, options: OptionFields) -> int:
        return sum(1 for record in self._records if _options_or_none(record, options))

    def _repeats(self, question: str, options: OptionFields) -> bool:
        """Whether questions end with their options once more, as far as all the records show."""
        try:
            return any(
                without_options(text(record, question), read) != record[question]
                for record in self._records
                if (read := _options_or_none(record, options))
            )
        except InvalidRecord:
            return False

    def _keys(self, options: OptionFields) -> tuple[KeyField, ...]:
        """Letters and texts first: beside them a number shows by itself from where it counts."""
        read = [(r, o) for r in self._records if (o := _options_or_none(r, options))]
        keys: list[KeyField] = []
        for ways in (_in_words, _in_numbers):
            for column in self._stated.keys or names.named(self._columns, names.KEY):
                fitting = [key for key in self._ways(column, ways) if _fits((*keys, key), read)]
                if fitting and column not in {key.column for key in keys}:
                    keys.append(self._decided(column, fitting))
                    if ways is _in_numbers:
                        break
        return tuple(keys)

    def _ways(self, column: str, ways: Callable[[str], list[KeyField]]) -> list[KeyField]:
        written = self._stated.key_written
        return [key for key in ways(column) if written in (None, key.written)]

    def _decided(self, column: str, fitting: list[KeyField]) -> KeyField:
        """The only way that fits; of several none is guessed where they name other options."""
        if {key.counts_from for key in fitting} == {0, 1}:
            self._doubts.append(
                f"{column} is a number that may count from 0 or from 1: its first rows leave it "
                "open. Look at the keys below, counted both ways, and state it."
            )
            return KeyField(column, "number")
        if len(fitting) > 1:
            ways = " or ".join(key.written for key in fitting)
            self._doubts.append(f"{column} can be read as {ways}: look at the keys below.")
        if fitting[0].counts_from == 1:
            self._doubts.append(f"{column} counts from 1: from 0 some records would have no key.")
        return fitting[0]

    def _free_answer(self) -> tuple[KeyField, ...]:
        found = self._stated.keys or names.named(self._columns, names.FREE_ANSWER)
        return (KeyField(found[0], "text"),) if found else ()

    def _explanation(self, keys: tuple[KeyField, ...]) -> str:
        used = {key.column for key in keys}
        return self._text_column(name for name in names.EXPLANATION if name not in used)

    def _text_column(self, wanted: Iterable[str]) -> str:
        """The first of these columns in which every record that has it has a text."""
        for column in names.named(self._columns, tuple(wanted)):
            values = [record.get(column) for record in self._records]
            if any(values) and all(value is None or isinstance(value, str) for value in values):
                return column
        return ""

    def _identifier(self) -> tuple[str, ...]:
        for column in names.named(self._columns, names.IDENTIFIER):
            values = [record.get(column) for record in self._records]
            if None not in values and len({str(value) for value in values}) == len(values):
                return (column,)
            self._doubts.append(f"{column} is not taken for the id: it is missing or repeated.")
        self._doubts.append("Questions have no id of their own: their place in the file is taken.")
        return ()

    def _doubt_splits(self) -> None:
        for column in names.named(self._columns, names.SPLIT):
            values = sorted({str(record.get(column)) for record in self._records})
            parts = ", ".join(shown(value) for value in values[:5])
            self._doubts.append(f"{column} may divide the file ({parts}): all of it is taken.")


def _options_or_none(record: Record, options: OptionFields) -> tuple[Option, ...]:
    try:
        return options_of(record, options)
    except InvalidRecord:
        return ()


def _in_words(column: str) -> list[KeyField]:
    return [KeyField(column, way) for way in get_args(KeyWritten) if way != "number"]


def _in_numbers(column: str) -> list[KeyField]:
    return [KeyField(column, "number", first) for first in get_args(CountsFrom)]


def _fits(keys: tuple[KeyField, ...], read: list[tuple[Record, tuple[Option, ...]]]) -> bool:
    """Whether the keys name the same option in every record, of those that have a key at all."""
    return bool(read) and all(_names_one(record, keys, options) for record, options in read)


def _names_one(record: Record, keys: tuple[KeyField, ...], options: tuple[Option, ...]) -> bool:
    try:
        keyed_option(record, keys, options)
    except Unlabelled:
        return True
    except InvalidRecord:
        return False
    return True
