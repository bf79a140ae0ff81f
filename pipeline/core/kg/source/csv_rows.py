"""The rows of a delimited source file, each with its line, and where its columns stand."""

import csv
from collections.abc import Iterator, Sequence

from pipeline.core.kg.source.source_file import SourceFile

Row = tuple[int, list[str]]
# No name has more; a quote that nothing closes makes one. The csv module's own limit is shared by
# the whole process, so it is not relied on here.
MAX_CELL_LENGTH = 1 << 17


def csv_rows(source: SourceFile, delimiter: str = ",") -> Iterator[Row]:
    """Header and rows with the line each starts on (a quoted cell may run over several).

    Lines that the source skips between two rows are left out, and so are empty ones at the end of
    the file: an editor's, no damage. Raises SourceFileError for what is no row, and for a row with
    more or fewer cells than the header, such as an empty line before another row.
    """
    reader = csv.reader(source, strict=True, delimiter=delimiter)
    width = empty = 0
    while True:
        start = source.line + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise source.error(f"not a CSV row ({error})", line=start) from error
        if max(map(len, cells), default=0) > MAX_CELL_LENGTH:
            raise source.error(f"a cell is longer than {MAX_CELL_LENGTH:,} characters", line=start)
        width = width or len(cells)
        if width and _is_empty(cells):
            empty = empty or start
            continue
        if empty or len(cells) != width:
            fault = _width_message(0 if empty else len(cells), width)
            raise source.error(fault, line=empty or start)
        yield start, cells


def read_header(source: SourceFile, rows: Iterator[Row], columns: Sequence[str]) -> list[str]:
    """The first of the rows. Raises SourceFileError where a column is missing or repeated."""
    for _, header in rows:
        if missing := [column for column in columns if column not in header]:
            raise source.error(f"missing column {', '.join(missing)}", line=1)
        if repeated := [column for column in columns if header.count(column) > 1]:
            raise source.error(f"column {', '.join(repeated)} stands twice", line=1)
        return header
    raise source.error("the file is empty", line=0)


def _is_empty(cells: list[str]) -> bool:
    return len(cells) < 2 and not "".join(cells).strip()


def _width_message(cells: int, header: int) -> str:
    return (
        f"{cells} fields where the header has {header}: the row is cut short or a quote is missing"
    )
