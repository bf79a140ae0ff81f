"""Outputs that were read, before they are stored: a line each in a temporary file.

Matching and reading thousands of outputs takes long. It is done before the transaction that stores
them, so that nobody else's writes wait for it.
"""

import json
from tempfile import TemporaryFile
from typing import IO

from pipeline.benchmarks.outputs.matching import Match
from pipeline.benchmarks.outputs.records import OthersOutput
from pipeline.core.llm.reading.completion import ended
from pipeline.core.records import Question
from pipeline.evaluations.reading import Columns, read_output, withheld


class Spool:
    """The columns of answered items, found again by the place of the question and the sample."""

    def __init__(self) -> None:
        self._file: IO[bytes] = TemporaryFile()  # noqa: SIM115
        self._at: dict[tuple[int, int], int] = {}

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def keep(self, question: Question, row: OthersOutput, match: Match) -> None:
        """Read an output under the options as they were shown, and lay what it says aside."""
        columns = _columns(question, row, match) | {"shown": match.shown}
        self._at[match.place, row.sample or 0] = self._file.tell()
        self._file.write(json.dumps(columns).encode() + b"\n")

    def columns(self, place: int, sample: int) -> Columns | None:
        """The columns of an item, None where the file had no output for it."""
        if (at := self._at.get((place, sample))) is None:
            return None
        self._file.seek(at)
        columns: Columns = json.loads(self._file.readline())
        return columns


def _columns(question: Question, row: OthersOutput, match: Match) -> Columns:
    if ended(row.finish_reason) == "filtered":
        return withheld(row.output, finish_reason=row.finish_reason)
    return read_output(
        row.output, question, match.shown, reasoning=row.reasoning, finish_reason=row.finish_reason
    )
