"""A file of others' outputs: what it is, its rows one at a time, and what it says of itself."""

from collections.abc import Iterator
from typing import BinaryIO

from pipeline.benchmarks.outputs.inspect_log import inspect_samples, read_sample
from pipeline.benchmarks.outputs.lm_eval import lm_eval_reader
from pipeline.benchmarks.outputs.plain_rows import read_row
from pipeline.benchmarks.outputs.recognise import TITLES, recognised
from pipeline.benchmarks.outputs.records import (
    INSPECT,
    LM_EVAL,
    OUTPUT_LIMITS,
    FileFacts,
    OthersOutput,
    Row,
    rows_of,
)
from pipeline.core.datasets.base import RejectedLine
from pipeline.core.datasets.files.stream import as_utf8, unpacked
from pipeline.core.datasets.source_file import ReadLimits, source_records
from pipeline.core.errors import Refusal, SourceFileError

__all__ = ["TITLES", "FileFacts", "OthersOutput", "OutputsFile", "Row"]


class OutputsFile:
    """A log, read once. `facts` are whole when `rows` is at its end.

    `stated` names a format of TITLES; without it the content decides. Raises SourceFileError for
    a file of no format, Refusal for a format that is none.
    """

    def __init__(
        self,
        stream: BinaryIO,
        file_name: str,
        *,
        stated: str = "",
        limits: ReadLimits = OUTPUT_LIMITS,
    ) -> None:
        if stated and stated not in TITLES:
            raise Refusal(f"There is no format {stated!r}: use one of {', '.join(TITLES)}.")
        stream.seek(0)
        self._stream, self._file_name, self._limits = stream, file_name, limits
        self.facts = FileFacts(stated or recognised(stream, file_name, limits))

    def rows(self) -> Iterator[Row]:
        """Each output, and each line that gives none with its reason, in the file's order.

        Raises SourceFileError, possibly after rows, when the file as a whole cannot be used:
        then nothing of it may be.
        """
        self._stream.seek(0)
        rejected = 0
        for row in self._rows():
            rejected += isinstance(row, RejectedLine)
            if rejected > self._limits.rejected:
                reason = f"More than {self._limits.rejected:,} lines are unusable."
                raise SourceFileError(self._file_name, row.line, reason)
            yield row

    def _rows(self) -> Iterator[Row]:
        if self.facts.format == INSPECT:
            text = as_utf8(
                unpacked(self._stream, self._file_name, self._limits.total), self._file_name
            )
            samples = inspect_samples(text, self._file_name, self._limits, self.facts)
            return rows_of(samples, self.facts, read_sample)
        records = source_records(self._stream, self._file_name, self._limits)
        read = lm_eval_reader(self._file_name) if self.facts.format == LM_EVAL else read_row
        return rows_of(records, self.facts, read)
