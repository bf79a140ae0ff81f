"""A checkpoint of vectors being written: chunks appended to a file, each recorded once on disk.

The file is written, never mapped: a full disk is then an OSError and not a killed process.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from fcntl import LOCK_EX, LOCK_NB, flock
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np

from pipeline.core.embeddings.node_vectors import (
    INDICES,
    VECTORS,
    Indices,
    Matrix,
    VectorsSummary,
    write_meta,
)
from pipeline.core.errors import SimilarityUnavailable

RECORD: Final = "begun.json"


class VectorCheckpoint:
    """The hidden folder of an unfinished run; `rows` of it are written and recorded."""

    def __init__(self, folder: Path, summary: VectorsSummary, stream: BinaryIO) -> None:
        self._folder, self._summary, self._stream = folder, summary, stream
        self._header = _header(summary)
        self.rows = self._recorded_rows()

    @property
    def matrix(self) -> Matrix:
        """The recorded vectors [rows, dimension]."""
        shape, offset = (self.rows, self._summary.dimension), len(self._header)
        if not self.rows:  # nothing can be mapped
            return np.empty(shape, np.float32)
        return np.asarray(
            np.memmap(self._folder / VECTORS, np.float32, "r", offset=offset, shape=shape)
        )

    def keep(self, rows: int) -> None:
        """Go on behind the first `rows` rows; 0 begins anew."""
        self.rows = rows
        self._stream.truncate(self._end if rows else 0)
        if not rows:
            self._write(self._header)

    def append(self, vectors: Matrix) -> None:
        """Writes a chunk [m, dimension] through to the disk, then records it."""
        self._write(np.ascontiguousarray(vectors, np.float32).tobytes())
        self.rows += len(vectors)
        record = {**asdict(self._summary), "rows": self.rows}
        fresh = self._folder / f"{RECORD}.new"
        fresh.write_text(json.dumps(record), encoding="utf-8")
        fresh.replace(self._folder / RECORD)

    def finish(self, indices: Indices, folder: Path) -> None:
        """Seals the artefact and gives it its name."""
        np.save(self._folder / INDICES, indices, allow_pickle=False)
        write_meta(self._folder, self._summary)
        self._folder.rename(folder)
        (folder / RECORD).unlink(missing_ok=True)

    @property
    def _end(self) -> int:
        return len(self._header) + self.rows * self._summary.dimension * np.float32().nbytes

    def _write(self, content: bytes) -> None:
        self._stream.write(content)
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def _recorded_rows(self) -> int:
        """Rows an earlier run recorded of these very vectors, 0 where there are none."""
        try:
            record = json.loads((self._folder / RECORD).read_text(encoding="utf-8"))
            self.rows = int(record.pop("rows"))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return 0
        same = record == json.loads(json.dumps(asdict(self._summary)))
        whole = (self._folder / VECTORS).stat().st_size >= self._end
        return self.rows if same and whole else 0


@contextmanager
def open_checkpoint(folder: Path, summary: VectorsSummary) -> Iterator[VectorCheckpoint]:
    """Opens or makes the hidden folder, for one process at a time.

    Raises SimilarityUnavailable when another process is writing the same vectors.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / VECTORS).open("a+b") as stream:
        try:
            flock(stream, LOCK_EX | LOCK_NB)
        except BlockingIOError as error:
            raise SimilarityUnavailable(
                "Another process is embedding this graph with this model."
            ) from error
        yield VectorCheckpoint(folder, summary, stream)


def _header(summary: VectorsSummary) -> bytes:
    """The head of a .npy file of all rows, which stand behind it as they come."""
    header = BytesIO()
    shape = (summary.count, summary.dimension)
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f4", "fortran_order": False, "shape": shape}
    )
    return header.getvalue()
