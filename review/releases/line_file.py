"""A release's lines before they are frozen, on disk: memory does not grow with them."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from review.exports.bundle import FrozenLine


@dataclass(frozen=True, slots=True)
class LineEntry:
    """One line: its trace, its item if a study sampled it, its question, why it is left out (if
    it is), and where it is in the file."""

    trace: int
    item: int | None
    question: int
    left_out: str
    begin: int
    length: int


class LineFile:
    """Lines in the order in which they were added; memory holds only their positions."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="medreason-")  # noqa: SIM115 (__exit__ closes it)
        self.entries: list[LineEntry] = []
        self._end = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, text: str, *, trace: int, item: int | None, question: int, left_out: str) -> None:
        """Keep one more line."""
        self._file.seek(self._end)
        length = self._file.write(text.encode())
        self.entries.append(LineEntry(trace, item, question, left_out, self._end, length))
        self._end += length

    def text(self, entry: LineEntry) -> str:
        """The line of this entry."""
        self._file.seek(entry.begin)
        return self._file.read(entry.length).decode()

    def frozen(self) -> Iterator[FrozenLine]:
        """All lines in order."""
        return map(self._line, self.entries)

    def alternatives(self) -> Iterator[FrozenLine]:
        """Lines of questions that have several, question by question."""
        lines = Counter(entry.question for entry in self.entries)
        several = [entry for entry in self.entries if lines[entry.question] > 1]
        return map(self._line, sorted(several, key=lambda entry: entry.question))

    def released(self) -> Iterator[tuple[int, str]]:
        """The released lines with their traces, in the order of the traces."""
        released = (entry for entry in self.entries if not entry.left_out)
        in_order = sorted(released, key=lambda entry: entry.trace)
        return ((entry.trace, self.text(entry)) for entry in in_order)

    def _line(self, entry: LineEntry) -> FrozenLine:
        return FrozenLine(entry.question, not entry.left_out, self.text(entry))
