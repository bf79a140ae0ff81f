"""Bytes of a file that may be packed, in another encoding, or larger than is allowed."""

import codecs
import gzip
import io
import zlib
from io import BufferedReader
from typing import BinaryIO

from pipeline.core.errors import SourceFileError

BUFFER_SIZE = 1 << 16
_GZIP_MAGIC = b"\x1f\x8b"
# In this order: UTF-16's mark begins UTF-32's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class _Bytes(io.RawIOBase):
    """A stream made of pieces, none longer than asked for."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        data = self.piece(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def piece(self, size: int) -> bytes:
        raise NotImplementedError


class _Limited(_Bytes):
    """A stream that refuses to give more than its limit and names the file in every error."""

    def __init__(self, stream: BinaryIO, file_name: str, limit: int) -> None:
        self._stream, self._file_name, self._left = stream, file_name, limit

    def piece(self, size: int) -> bytes:
        try:
            data = self._stream.read(size)
        except (OSError, EOFError, zlib.error) as error:
            raise SourceFileError(self._file_name, 0, f"It cannot be read: {error}") from error
        self._left -= len(data)
        if self._left < 0:
            raise SourceFileError(self._file_name, 0, "It is larger than the limit.")
        return data


class _Joined(_Bytes):
    """What was read ahead, then the rest."""

    def __init__(self, head: bytes, rest: BufferedReader) -> None:
        self._head, self._rest = head, rest

    def piece(self, size: int) -> bytes:
        if not self._head:
            return self._rest.read1(size)
        data, self._head = self._head[:size], self._head[size:]
        return data


class _Recoded(_Bytes):
    """A text of another encoding as UTF-8."""

    def __init__(self, stream: BufferedReader, file_name: str, encoding: str) -> None:
        self._stream, self._file_name, self._encoding = stream, file_name, encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._ready = b""

    def piece(self, size: int) -> bytes:
        while not self._ready:
            data = self._stream.read1(size)
            try:
                self._ready = self._decoder.decode(data, final=not data).encode()
            except UnicodeError:
                raise SourceFileError(
                    self._file_name, 0, f"It is not the {self._encoding.upper()} it begins as."
                ) from None
            if not data:
                break
        data, self._ready = self._ready[:size], self._ready[size:]
        return data


def unpacked(stream: BinaryIO, file_name: str, limit: int) -> BufferedReader:
    """The file's bytes, out of gzip if its content is gzip; at most `limit` of them."""
    packed: BufferedReader = BufferedReader(_Limited(stream, file_name, limit), BUFFER_SIZE)
    if packed.peek(2)[:2] == _GZIP_MAGIC:
        unpacked = gzip.GzipFile(fileobj=packed)
        return BufferedReader(_Limited(unpacked, file_name, limit), BUFFER_SIZE)  # type: ignore[arg-type]
    if file_name.lower().endswith(".gz"):
        raise SourceFileError(file_name, 0, "It is named .gz but is not a gzip file.")
    return packed


def as_utf8(stream: BufferedReader, file_name: str) -> BufferedReader:
    """The text without its byte order mark, and in UTF-8 if the mark names another encoding."""
    head = stream.peek(4)[:4]
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            stream.read(len(mark))
            if encoding == "utf-8":
                return stream
            return BufferedReader(_Recoded(stream, file_name, encoding), BUFFER_SIZE)
    return stream


def read_ahead(stream: BufferedReader, size: int) -> tuple[bytes, BufferedReader]:
    """The first bytes, and the whole stream again."""
    head = stream.read(size)
    return head, BufferedReader(_Joined(head, stream), BUFFER_SIZE)
