"""A first pass over a file, before anything is stored: is it this source's, and how do its
keys count?"""

from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, NoReturn

from pipeline.core.datasets.base import Adapter, LoadedQuestion, Reading, RejectedLine
from pipeline.core.datasets.conventions import KeyEvidence
from pipeline.core.datasets.fields import InvalidRecord, Record, shown
from pipeline.core.datasets.mapping.field_mapping import CountsFrom
from pipeline.core.datasets.registry import sources_like
from pipeline.core.datasets.source_file import (
    DEFAULT_LIMITS,
    ReadLimits,
    SourceRecord,
    opened,
    source_records,
)
from pipeline.core.errors import SourceFileError

# So many first records that all lack needed fields condemn the file.
ENOUGH = 50
UNUSABLE = "It holds no question that can be used."
MAX_FIELDS_SHOWN = 20


def checked_adapter(
    source: BinaryIO | Path,
    file_name: str,
    adapter: Adapter,
    limits: ReadLimits = DEFAULT_LIMITS,
    *,
    counts_from: CountsFrom | None = None,
    delimiter: str | None = None,
) -> Adapter:
    """The adapter that reads this file: the same, with the count of its keys settled.

    Reads the file once; a stream stands at its beginning again afterwards. Raises
    SourceFileError where the file is of another format, where nothing in it can be used, or
    where the count of its keys is neither shown by its rows nor stated, or is contradicted.
    """
    if isinstance(source, Path):
        with opened(source, file_name) as stream:
            return checked_adapter(
                stream, file_name, adapter, limits, counts_from=counts_from, delimiter=delimiter
            )
    first_pass = _FirstPass(file_name, adapter, limits, counts_from)
    for record in source_records(source, file_name, limits, delimiter=delimiter):
        first_pass.see(record)
    source.seek(0)
    return first_pass.result()


class _FirstPass:
    """What is known of a file while it is read for the first time."""

    def __init__(
        self, file_name: str, adapter: Adapter, limits: ReadLimits, counts_from: CountsFrom | None
    ) -> None:
        self._file_name, self._adapter, self._said = file_name, adapter, counts_from
        self._stated = self._agreed(counts_from)
        self._evidence = KeyEvidence(adapter, column) if (column := adapter.counting) else None
        parse = self._evidence.parse if self._evidence else adapter.parse_record
        self._reading = Reading(file_name, parse, limits)
        self._usable = False
        self._foreign = 0
        self._unusable: tuple[SourceRecord, str] | None = None

    def _agreed(self, counts_from: CountsFrom | None) -> CountsFrom | None:
        """What the caller and the mapping state, which must not differ."""
        key = self._adapter.counted
        known = key.counts_from if key else None
        if None not in (known, counts_from) and known != counts_from:
            self._refuse(0, f"The keys of {self._adapter.name} count from {known}.")
        return counts_from if known is None else known

    def see(self, record: SourceRecord) -> None:
        """Take note of one record. Raises SourceFileError once the file is condemned."""
        outcome = self._reading.outcome(record)
        if isinstance(outcome, LoadedQuestion):
            self._usable = True
        elif isinstance(outcome, RejectedLine) and not self._usable:
            self._unusable = self._unusable or (record, outcome.reason)
            self._foreign += self._adapter.is_foreign(record.fields)
            if self._foreign == ENOUGH:
                self._condemn(record, outcome.reason)

    def result(self) -> Adapter:
        """The adapter, settled. Raises SourceFileError where the file cannot be used."""
        if not self._usable:
            self._condemn(*(self._unusable or (None, "It is empty.")))
        first = self._verdict()
        if first is not None:
            return self._adapter.counting_from(first)
        if self._said is not None and (self._evidence or not self._adapter.counted):
            self._refuse(0, "The keys of this file are no numbers: nothing counts from 0 or 1.")
        return self._adapter

    def _verdict(self) -> CountsFrom | None:
        try:
            return self._evidence.verdict(self._stated) if self._evidence else None
        except InvalidRecord as error:
            self._refuse(0, str(error))

    def _condemn(self, record: SourceRecord | None, reason: str) -> NoReturn:
        if record and record.fields and self._adapter.is_foreign(record.fields):
            self._refuse(0, f"{UNUSABLE} {_foreign_shape(self._adapter, record.fields)}")
        self._refuse(record.line if record else 0, f"{UNUSABLE} {reason}" if record else reason)

    def _refuse(self, line: int, reason: str) -> NoReturn:
        raise SourceFileError(self._file_name, line, reason)


def _foreign_shape(adapter: Adapter, record: Record) -> str:
    """Which fields the file has, which are wanted, and what it looks like."""
    wanted = " or ".join(_listed(shape.mapping.needed) for shape in adapter.shapes)
    alike = " or ".join(sources_like(record))
    advice = f"It looks like {alike}: load it as such, or" if alike else "Choose another format, or"
    return (
        f"Its records have the fields {_listed(record)}; {adapter.name} needs {wanted}. "
        f"{advice} describe the file (manage.py describe_questions)."
    )


def _listed(names: Iterable[str]) -> str:
    listed = [shown(name).strip("'") for name in names]
    rest = len(listed) - MAX_FIELDS_SHOWN
    return ", ".join(listed[:MAX_FIELDS_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
