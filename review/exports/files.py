"""Files of a bundle: written once, with length and sha256."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class BundleFile:
    """One file of a bundle; `rows` is None for what is no table."""

    name: str
    size: int
    sha256: str
    rows: int | None = None


class HashedFile(io.RawIOBase):
    """A new file that knows its length and sha256. Raises FileExistsError for an old one."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self._file = path.open("xb")
        self._digest = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        length = memoryview(data).nbytes
        self._digest.update(data)
        self._file.write(data)
        self.size += length
        return length

    def close(self) -> None:
        self._file.close()
        super().close()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()


def write_text(folder: Path, name: str, text: str) -> BundleFile:
    """Write one file of text, UTF-8."""
    return write_bytes(folder, name, text.encode())


def write_bytes(folder: Path, name: str, content: bytes) -> BundleFile:
    """Write one file as it is, with the folders in its name."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with HashedFile(path) as file:
        file.write(content)
    return BundleFile(name, file.size, file.sha256)
