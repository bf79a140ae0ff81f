"""Reads PrimeKG's kg.csv (plain or gzip) by columns, refusing whatever does not add up.

Blocks of lines become columns by pyarrow where they are plain CSV, else by the slower csv
module. Checks run on whole columns; a block that fails one is read again row by row, to say
which line is wrong and why.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv

from pipeline.core.kg.source.columns import COLUMN_TYPES, directed_rows
from pipeline.core.kg.source.csv_rows import csv_rows, read_header
from pipeline.core.kg.source.faults import faults
from pipeline.core.kg.source.node_table import NodeTable, Unfit
from pipeline.core.kg.source.plain_csv import plain_csv
from pipeline.core.kg.source.primekg_format import COLUMNS, PrimeKG
from pipeline.core.kg.source.source_file import Progress, SourceFile, line_count
from pipeline.core.kg.source.statements import DirectedRows, Unpaired, pair_rows


def read_primekg(path: Path, progress: Progress | None = None) -> PrimeKG:
    """Reads and validates a whole file. Raises SourceFileError with file, line and reason.

    `progress` is told (bytes read, bytes in all). Self-loops and duplicate rows are dropped and
    counted; everything else that does not fit is an error.
    """
    source = SourceFile(path, progress)
    try:
        return _Reader(source).read()
    finally:
        source.close()


@dataclass(frozen=True, slots=True)
class _Block:
    """Whole rows of a file as an arrow batch, with the lines they start on."""

    batch: Any
    lines: Sequence[int]


class _Reader:
    """Reads the blocks of one file, keeping the nodes named so far."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        self._rows = csv_rows(source)
        self._header = read_header(source, self._rows, COLUMNS)
        self._nodes = NodeTable()
        self._lines: list[Sequence[int]] = []  # of the rows of each block

    def read(self) -> PrimeKG:
        parts = [self._directed_rows(block) for block in _read_ahead(self._blocks())]
        if not parts:
            raise self._source.error("the file has a header but no rows", line=0)
        rows = DirectedRows.concatenate(parts)
        nodes = self._nodes.nodes()
        try:
            statements = pair_rows(rows, self._nodes.types)
        except Unpaired as error:
            ends = f"{nodes[rows.x[error.row]].index} - {nodes[rows.y[error.row]].index}"
            reason = f"the reverse of this row ({ends}) is missing: is the file cut off?"
            raise self._source.error(reason, line=self._line(error.row)) from None
        return PrimeKG(self._source.checksum, len(rows.codes), nodes, statements)

    def _directed_rows(self, block: _Block) -> DirectedRows:
        self._lines.append(block.lines)
        try:
            return directed_rows(block.batch, self._nodes)
        except Unfit:
            earlier = {node.index: node for node in self._nodes.nodes()}
            rows = zip(block.lines, block.batch.to_pylist(), strict=True)
            line, reason = next(faults(rows, earlier.get))
            raise self._source.error(reason, line=line) from None

    def _line(self, row: int) -> int:
        for lines in self._lines:
            if row < len(lines):
                return lines[row]
            row -= len(lines)
        raise IndexError(row)

    def _blocks(self) -> Iterator[_Block]:
        while block := self._source.peek_block():
            if rows := self._plain_block(block) or self._csv_block(block):
                yield rows

    def _plain_block(self, block: bytes) -> _Block | None:
        """The lines to be read next; None where only the csv module knows how to read them."""
        if (lines := plain_csv(block)) is None:
            return None
        try:
            table = pa_csv.read_csv(
                pa.BufferReader(lines),
                read_options=pa_csv.ReadOptions(
                    column_names=self._header, block_size=len(lines) + 1
                ),
                convert_options=pa_csv.ConvertOptions(
                    column_types=COLUMN_TYPES, include_columns=COLUMNS, check_utf8=False
                ),
            )
        except pa.ArrowException:
            return None
        if table.num_rows != (count := line_count(block)):  # an empty line is no row
            return None
        (batch,) = table.to_batches()
        numbers = range(self._source.line + 1, self._source.line + 1 + count)
        self._source.skip_block(count)
        return _Block(batch, numbers)

    def _csv_block(self, block: bytes) -> _Block | None:
        """The lines to be read next, and on to the end of their last row; None without a row."""
        end = self._source.line + line_count(block)
        lines, rows = [], []
        while self._source.line < end and (row := next(self._rows, None)):
            lines.append(row[0])
            rows.append(row[1])
        if not rows:
            return None
        columns = zip(*rows, strict=True)
        batch = pa.record_batch(
            {
                name: pa.array(cells, pa.string()).cast(COLUMN_TYPES[name])
                for name, cells in zip(self._header, columns, strict=True)
                if name in COLUMN_TYPES
            }
        )
        return _Block(batch, lines)


def _read_ahead(items: Iterator[_Block]) -> Iterator[_Block]:
    """The same items, the next one always being read by a thread of its own."""
    with ThreadPoolExecutor(1) as pool:
        upcoming = pool.submit(next, items, None)
        while (item := upcoming.result()) is not None:
            upcoming = pool.submit(next, items, None)
            yield item
