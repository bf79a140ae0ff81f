"""What an adapter is, and how a file of its source becomes questions and rejected lines."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipeline.core.datasets.fields import ForeignShape, InvalidRecord, shown
from pipeline.core.datasets.source_file import ReadLimits, SourceRecord, source_records
from pipeline.core.errors import SourceFileError
from pipeline.core.records import Question

_DEFAULT_LIMITS = ReadLimits()


@dataclass(frozen=True, slots=True)
class Adapter:
    """One question source: its name, its title for people, and how it reads one record.

    `parse` takes the record's fields and its position in the file (from 0), which is the id
    where the source gives none: `gives_ids` says whether it does. It raises InvalidRecord with
    the reason, or ForeignShape when the record shows that the whole file must not be read this
    way.
    """

    name: str
    title: str
    parse: Callable[[Mapping[str, object], int], Question]
    gives_ids: bool = True


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


def read_questions(
    source: BinaryIO | Path, file_name: str, adapter: Adapter, limits: ReadLimits = _DEFAULT_LIMITS
) -> Iterator[LoadedQuestion | RejectedLine]:
    """The questions of a source file, and each line that gives none with its reason.

    A bad line never stops the rest. Raises SourceFileError, possibly after questions were
    given, when the file as a whole cannot be used: store nothing before the end is reached.
    """
    if isinstance(source, Path):
        try:
            with source.open("rb") as stream:
                yield from read_questions(stream, file_name, adapter, limits)
        except OSError as error:
            raise SourceFileError(file_name, 0, f"It cannot be opened: {error.strerror}") from error
        return
    reading = _Reading(file_name, adapter, limits)
    for record in source_records(source, file_name, limits):
        yield reading.outcome(record)


class _Reading:
    """One pass over a file: remembers the ids met and counts the lines rejected."""

    def __init__(self, file_name: str, adapter: Adapter, limits: ReadLimits) -> None:
        self._file_name, self._adapter, self._limits = file_name, adapter, limits
        self._line_of_id: dict[str, int] = {}
        self._rejected = 0

    def outcome(self, record: SourceRecord) -> LoadedQuestion | RejectedLine:
        try:
            return LoadedQuestion(record.line, self._question(record))
        except ForeignShape as error:
            raise SourceFileError(self._file_name, record.line, str(error)) from error
        except InvalidRecord as error:
            self._count_rejection(record.line)
            return RejectedLine(record.line, str(error))

    def _question(self, record: SourceRecord) -> Question:
        if record.flaw:
            raise InvalidRecord(record.flaw)
        question = self._adapter.parse(record.fields, record.position)
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
