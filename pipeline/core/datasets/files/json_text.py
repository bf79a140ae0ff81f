"""JSON read value by value, so that a large file needs no more memory than its largest value."""

import codecs
import json
import re
from collections.abc import Iterator
from io import BufferedReader
from typing import NoReturn

from pipeline.core.datasets.fields import InvalidRecord
from pipeline.core.errors import SourceFileError

_CHUNK_SIZE = 1 << 16
_SPACE = re.compile(r"[ \t\r\n]*")


class StrictDecoder:
    """A JSON decoder that notes what leaves a record's meaning open: repeated keys, infinity.

    The flaw is noted rather than raised, so that the reader still finds the record's end. NaN,
    by which Python and pandas write an absent value, is null.
    """

    def __init__(self) -> None:
        self.flaw = ""
        self._json = json.JSONDecoder(
            object_pairs_hook=self._object, parse_constant=self._not_a_number
        )

    def decode(self, text: str, start: int = 0) -> tuple[object, int]:
        """The value that begins at `start`, and where it ends. Raises ValueError."""
        self.flaw = ""
        return self._json.raw_decode(text, start)

    def _object(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        fields = dict(pairs)
        if len(fields) < len(pairs):
            self.flaw = "The record names the same field twice."
        return fields

    def _not_a_number(self, name: str) -> None:
        if name != "NaN":
            self.flaw = f"The record contains {name}, which is not JSON."


def checked_object(value: object, flaw: str) -> dict[str, object]:
    """The value as a record. Raises InvalidRecord if it is no object or has a flaw."""
    if flaw:
        raise InvalidRecord(flaw)
    if not isinstance(value, dict):
        raise InvalidRecord("The record is not a JSON object.")
    return value


def object_of_line(decoder: StrictDecoder, line: str) -> dict[str, object]:
    """The record of one JSONL line. Raises InvalidRecord."""
    stripped = line.strip()
    try:
        value, end = decoder.decode(stripped)
    except RecursionError:
        raise InvalidRecord("The record is nested too deeply.") from None
    except json.JSONDecodeError as error:
        raise InvalidRecord(f"The line is not JSON: {error.msg} (column {error.colno}).") from None
    except ValueError:  # a whole number of thousands of digits
        raise InvalidRecord("The line is not JSON: a number is too long.") from None
    if end != len(stripped):
        raise InvalidRecord(f"The line goes on after its JSON object (column {end + 1}).")
    return checked_object(value, decoder.flaw)


class JsonText:
    """A JSON document under a cursor. `number` is the record it stands in, for messages."""

    def __init__(self, stream: BufferedReader, file_name: str, record_size: int) -> None:
        self._stream, self._file_name, self._record_size = stream, file_name, record_size
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._decoder = StrictDecoder()
        self._buffer, self._at, self._ended = "", 0, False
        self.number = 0

    @property
    def flaw(self) -> str:
        """What leaves the meaning of the value last read open."""
        return self._decoder.flaw

    def members(self) -> Iterator[str]:
        """The keys of the object that begins here; each key's value must be taken in between."""
        for _ in self._parts("{", "}"):
            key = self.value()
            if not isinstance(key, str):
                self.fail("An object's key is not text.")
            self._take(":")
            yield key

    def elements(self) -> Iterator[None]:
        """Stops before each element of the array that begins here; each must be taken."""
        return self._parts("[", "]")

    def value(self) -> object:
        """The value that begins here, whole."""
        self.peek()
        while True:
            try:
                value, end = self._decoder.decode(self._buffer, self._at)
                # A number at the very end of the buffer may go on in the next chunk.
                if end < len(self._buffer) or self._ended:
                    self._at = end
                    return value
            except RecursionError:
                self.fail("The record is nested too deeply.")
            except ValueError:
                if self._ended or len(self._buffer) - self._at > self._record_size:
                    self.fail("The record is not JSON, or longer than the limit.")
            self._read_on()

    def skip(self) -> None:
        """Passes over the value that begins here, an array element by element."""
        if self.peek() != "[":
            self.value()
            return
        for _ in self.elements():
            self.value()

    def peek(self) -> str:
        """The next character that is not space; the empty string at the end."""
        character = self._buffer[self._at : self._at + 1]
        while not character or character in " \t\r\n":
            space = _SPACE.match(self._buffer, self._at)
            self._at = space.end() if space else self._at
            character = self._buffer[self._at : self._at + 1]
            if character or self._ended:
                break
            self._read_on()
        return character

    def end(self) -> None:
        """Makes sure that nothing follows."""
        if self.peek():
            self.fail("The file goes on after the end of its JSON document.")

    def fail(self, reason: str) -> NoReturn:
        raise SourceFileError(self._file_name, self.number, reason)

    def _parts(self, opening: str, closing: str) -> Iterator[None]:
        self._take(opening)
        first = True
        while self.peek() != closing:
            if not first:
                self._take(",")
            first = False
            yield
        self._at += 1

    def _take(self, character: str) -> None:
        if self.peek() != character:
            self.fail(f"The file is not JSON: {character!r} is missing after a record.")
        self._at += 1

    def _read_on(self) -> None:
        rest = self._buffer[self._at :]
        data = self._stream.read(max(_CHUNK_SIZE, len(rest)))
        self._ended = not data
        try:
            self._buffer, self._at = rest + self._utf8.decode(data, final=self._ended), 0
        except UnicodeDecodeError:
            self.fail("The file is not UTF-8.")
