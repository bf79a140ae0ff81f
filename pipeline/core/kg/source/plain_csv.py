"""Tells CSV that every reader reads alike, so that a fast one may be trusted with it.

Readers agree on plain lines and on quotes that enclose whole cells of one line. They differ on
anything else: a quote within a cell, a lone carriage return, a NUL, a long cell.
"""

import codecs
from typing import Final

from pipeline.core.kg.source.csv_rows import MAX_CELL_LENGTH

_MAX_LINE_SIZE: Final = MAX_CELL_LENGTH  # a longer line may hold a longer cell


def plain_csv(block: bytes) -> bytes | None:
    """Whole lines with every line end as "\\n", where they are plain CSV in UTF-8; else None."""
    # One byte is searched for a hundred times faster than two.
    lines = block.replace(b"\r\n", b"\n") if b"\r" in block else block
    plain = (
        b"\r" not in lines
        and b"\0" not in lines
        # pyarrow drops a byte order mark wherever it begins to read.
        and not lines.startswith(codecs.BOM_UTF8)
        and (lines.isascii() or _is_utf8(lines))
        and _lines_are_short(lines)
        and _quotes_enclose_cells(lines)
    )
    return lines if plain else None


def _is_utf8(lines: bytes) -> bool:
    try:
        lines.decode()
    except UnicodeDecodeError:
        return False
    return True


def _lines_are_short(lines: bytes) -> bool:
    start = 0
    while len(lines) - start > _MAX_LINE_SIZE:
        start = lines.rfind(b"\n", start, start + _MAX_LINE_SIZE) + 1
        if not start:
            return False
    return True


def _quotes_enclose_cells(lines: bytes) -> bool:
    """Whether quotes stand around cells or doubled within them, and close on their line.

    Counted from the first, every second quote closes: before an opening one stands a comma, a
    line's end or (the pair being one escaped quote) the quote just closed, and likewise after.
    """
    pieces = lines.split(b'"')
    enclosed, between = pieces[1::2], pieces[::2]
    beside = {piece[-1:] for piece in between[:-1]} | {piece[:1] for piece in between[1:]}
    closed = len(between) > len(enclosed)
    return closed and beside <= {b"", b",", b"\n"} and b"\n" not in b"".join(enclosed)
