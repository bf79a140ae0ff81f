"""What an adapter is, and how a file of its source becomes questions and rejected lines."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from pipeline.core.datasets.fields import (
    ForeignShape,
    InvalidRecord,
    OtherSplit,
    Record,
    Unlabelled,
    shown,
)
from pipeline.core.datasets.mapping.field_mapping import CountsFrom, FieldMapping, KeyField
from pipeline.core.datasets.mapping.reading import question_of
from pipeline.core.datasets.source_file import (
    DEFAULT_LIMITS,
    ReadLimits,
    SourceRecord,
    opened,
    source_records,
)
from pipeline.core.errors import SourceFileError
from pipeline.core.records import Question


def _always(record: Record) -> bool:
    return True


def _unchanged(record: Record) -> Record:
    return record


@dataclass(frozen=True, slots=True)
class Shape:
    """One of the shapes that a source is published in. `accepts` tells it from the others
    where the names of its fields do not. `lacks_key` names the field of the key that records of
    this shape do not have: what the source says beside it stands for the answer."""

    mapping: FieldMapping
    accepts: Callable[[Record], bool] = _always
    lacks_key: str = ""

    def fits(self, record: Record) -> bool:
        """Whether the record has every field that this shape needs."""
        return self.accepts(record) and not self.missing(record)

    def missing(self, record: Record) -> tuple[str, ...]:
        """The fields that the record lacks, or leaves empty."""
        return tuple(n for n in self.mapping.needed if record.get(n) is None or record[n] == "")


@dataclass(frozen=True, slots=True)
class Adapter:
    """One question source: its name, its title for people, and how its records are read.

    `prepare` turns a record into one that the shapes can read, where fields are not enough. With
    `needs_keys` a record of a shape that lacks the key is rejected.
    """

    name: str
    title: str
    shapes: tuple[Shape, ...]
    prepare: Callable[[Record], Record] = _unchanged
    needs_keys: bool = False

    @property
    def gives_ids(self) -> bool:
        """Whether ids mean something beyond one file, and are not only places in it."""
        return all(shape.mapping.id for shape in self.shapes)

    @property
    def counted(self) -> KeyField | None:
        """The key that is a number, in the shape that has one."""
        return next((key for shape in self.shapes if (key := shape.mapping.counted)), None)

    @property
    def counting(self) -> str | None:
        """The column from whose rows it has to be seen from where keys count.

        A stated count beside a letter or a text needs no proof: each row is checked by itself.
        """
        key = self.counted
        open_or_alone = key and (
            key.counts_from is None or any((key,) == shape.mapping.keys for shape in self.shapes)
        )
        return key.column if key and open_or_alone else None

    def counting_from(self, first: CountsFrom) -> "Adapter":
        """The same, with the number that the first option has where keys are numbers."""
        shapes = (replace(s, mapping=s.mapping.counting_from(first)) for s in self.shapes)
        return replace(self, shapes=tuple(shapes))

    def for_benchmark(self) -> "Adapter":
        """The same for a benchmark, which is scored by the keys of its source."""
        return replace(self, needs_keys=True)

    def parse(self, record: Record, position: int) -> Question:
        """The question of a record at its position in the file (from 0).

        Raises InvalidRecord with the reason, OtherSplit for a record that is not wanted, or
        ForeignShape where nothing says from where its keys count.
        """
        prepared = self.prepare(record)
        shape = self.shape_of(prepared)
        if self.needs_keys and shape.lacks_key:
            raise Unlabelled(
                f"The question has no answer key ({shape.lacks_key} is absent), and a benchmark is "
                "scored by its keys."
            )
        return question_of(shape.mapping, self.name, prepared, position)

    def parse_record(self, record: SourceRecord) -> Question:
        """`parse` of a record as the reader gives it."""
        return self.parse(record.fields, record.position)

    def mapping_of(self, record: Record) -> FieldMapping:
        """The mapping that reads the record."""
        if len(self.shapes) == 1:
            return self.shapes[0].mapping
        return self.shape_of(self.prepare(record)).mapping

    def is_foreign(self, record: Record) -> bool:
        """Whether the record has the fields of none of the shapes, filled or empty."""
        try:
            names = self.prepare(record).keys()
        except InvalidRecord:
            return False
        return not any(names >= set(shape.mapping.needed) for shape in self.shapes)

    def shape_of(self, prepared: Record) -> Shape:
        """The shape of a record; of a record that fits none, the one that it comes closest to."""
        fitting = (shape for shape in self.shapes if shape.fits(prepared))
        return next(fitting, None) or min(
            self.shapes,
            key=lambda shape: (not shape.accepts(prepared), len(shape.missing(prepared))),
        )


def adapter_of(mapping: FieldMapping, name: str) -> Adapter:
    """The adapter of someone's own files, by the mapping that was saved under a name."""
    return Adapter(name, f"{name} (described here)", (Shape(mapping),))


@dataclass(frozen=True, slots=True)
class LoadedQuestion:
    """A question and the line it stands on (from 1; in a JSON document the record's number)."""

    line: int
    question: Question


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """A line (numbered as in LoadedQuestion) that gives no question, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class SkippedLine:
    """A line that belongs to another split than the one that is read."""

    line: int


Outcome = LoadedQuestion | RejectedLine | SkippedLine


def read_questions(
    source: BinaryIO | Path,
    file_name: str,
    adapter: Adapter,
    limits: ReadLimits = DEFAULT_LIMITS,
    *,
    delimiter: str | None = None,
    line_of_id: dict[str, int] | None = None,
) -> Iterator[Outcome]:
    """The questions of a source file, and each line that gives none with its reason.

    A bad line never stops the rest. `line_of_id` is filled with the line of each id met. Raises
    SourceFileError, possibly after questions were given, when the file as a whole cannot be
    used: `checking.checked_adapter` reads it first.
    """
    if isinstance(source, Path):
        with opened(source, file_name) as stream:
            yield from read_questions(
                stream, file_name, adapter, limits, delimiter=delimiter, line_of_id=line_of_id
            )
        return
    reading = Reading(file_name, adapter.parse_record, limits, line_of_id)
    for record in source_records(source, file_name, limits, delimiter=delimiter):
        yield reading.outcome(record)


class Reading:
    """One pass over a file: remembers the ids met and counts the lines rejected."""

    def __init__(
        self,
        file_name: str,
        parse: Callable[[SourceRecord], Question],
        limits: ReadLimits,
        line_of_id: dict[str, int] | None = None,
    ) -> None:
        self._file_name, self._parse, self._limits = file_name, parse, limits
        self._line_of_id = {} if line_of_id is None else line_of_id
        self._rejected = 0

    def outcome(self, record: SourceRecord) -> Outcome:
        """What the record gives. Raises SourceFileError where the file is to be given up."""
        try:
            return LoadedQuestion(record.line, self._question(record))
        except OtherSplit:
            return SkippedLine(record.line)
        except ForeignShape as error:
            raise SourceFileError(self._file_name, record.line, str(error)) from error
        except InvalidRecord as error:
            self._count_rejection(record.line)
            return RejectedLine(record.line, str(error))

    def _question(self, record: SourceRecord) -> Question:
        if record.flaw:
            raise InvalidRecord(record.flaw)
        question = self._parse(record)
        first = self._line_of_id.setdefault(question.id_in_source, record.line)
        if first != record.line:
            raise InvalidRecord(
                f"The id {shown(question.id_in_source)} already stands on line {first}."
            )
        return question

    def _count_rejection(self, line: int) -> None:
        self._rejected += 1
        if self._rejected > self._limits.rejected:
            raise SourceFileError(
                self._file_name, line, f"More than {self._limits.rejected:,} lines are unusable."
            )
