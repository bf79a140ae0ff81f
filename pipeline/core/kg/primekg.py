"""Reads PrimeKG's kg.csv (plain or gzip), refusing whatever does not add up.

Two readers give one result: by column, fast, for a regular file; by line, for any other, to
read it or to say where it is wrong.
"""

from pathlib import Path

from pipeline.core.kg.by_line import read_by_line
from pipeline.core.kg.primekg_format import PrimeKG
from pipeline.core.kg.source_bytes import Progress


def read_primekg(path: Path, progress: Progress | None = None) -> PrimeKG:
    """Reads and validates a whole file. Raises SourceFileError with file, line and reason.

    `progress` is told (bytes read, bytes in all), from 0 again where the file is read by line
    after all. Self-loops and duplicate rows are dropped and counted; everything else that does
    not fit is an error.
    """
    # pyarrow loads only where a graph is read, never in the web process.
    from pipeline.core.kg.by_column import Irregular, read_by_column

    try:
        return read_by_column(path, progress)
    except Irregular:
        return read_by_line(path, progress)
