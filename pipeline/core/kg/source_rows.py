"""The rows of a delimited source file, each with its line, and where its columns stand."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from pipeline.core.kg.source_lines import SourceLines


def csv_rows(
    source: SourceLines, lines: Iterable[str], delimiter: str = ","
) -> Iterator[tuple[int, list[str]]]:
    """Header and rows with the line each starts on (a quoted cell may run over several).

    `lines` are those of `source`. Raises SourceFileError for what is no row, and for a row
    with more or fewer cells than the header.
    """
    reader = csv.reader(lines, strict=True, delimiter=delimiter)
    start, width = 1, 0
    try:
        for cells in reader:
            width = width or len(cells)
            if len(cells) != width:
                raise source.error(_ragged(len(cells), width), line=start)
            yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        raise source.error(f"not a CSV row ({error})", line=start) from error


def check_columns(source: SourceLines, header: Sequence[str], wanted: Sequence[str]) -> None:
    """Raises SourceFileError when a wanted column is missing or stands twice."""
    if missing := [column for column in wanted if column not in header]:
        raise source.error(f"missing column {', '.join(missing)}", line=1)
    if repeated := [column for column in wanted if header.count(column) > 1]:
        raise source.error(f"column {', '.join(repeated)} stands twice", line=1)


def _ragged(cells: int, header: int) -> str:
    return (
        f"{cells} fields where the header has {header}: the row is cut short or a quote is missing"
    )
