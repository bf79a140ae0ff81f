"""Uploads made to exhaust memory or time are cut at their limits."""

import gzip
import io
import itertools
import json
import tracemalloc
from collections.abc import Iterable

import pytest

from pipeline.core.datasets.base import LoadedQuestion, RejectedLine, read_questions
from pipeline.core.datasets.registry import get_adapter
from pipeline.core.datasets.source_file import ReadLimits
from pipeline.core.errors import SourceFileError

GOOD = json.dumps(
    {"id": "q", "question": "?", "options": {"A": "x", "B": "y"}, "answer_idx": "A", "answer": "x"}
).encode()
MEGABYTE = 1 << 20


class Streamed(io.RawIOBase):
    """A file that exists only while it is read."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces, self._rest = iter(pieces), b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        self._rest = self._rest or next(self._pieces, b"")
        given, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)


def read(stream, name, limits=None, source="house"):
    return list(read_questions(stream, name, get_adapter(source), limits or ReadLimits()))


def pieces(megabytes: int, before: bytes, fill: bytes, after: bytes):
    return itertools.chain([before], itertools.repeat(fill * MEGABYTE, megabytes), [after])


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv"])
def test_an_endless_line_is_skipped_without_being_held(name):
    stream = Streamed(pieces(200, b'{"id": "', b"a", b'"}\n' + GOOD + b"\n"))
    if name == "a.csv":
        stream = Streamed(pieces(200, b"id,question\n1,", b"a", b"\n2,Why?\n"))
    tracemalloc.start()
    outcomes = read(stream, name)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "longer than 1,000,000 bytes" in outcomes[0].reason
    assert outcomes[1].line == outcomes[0].line + 1
    assert peak < 20 * MEGABYTE


def test_the_line_after_an_endless_one_is_read():
    outcomes = read(io.BytesIO(b"a" * 500 + b"\n" + GOOD), "a.jsonl", ReadLimits(record=200))
    assert isinstance(outcomes[0], RejectedLine)
    assert isinstance(outcomes[1], LoadedQuestion)


def test_an_unclosed_csv_quote_swallows_no_more_than_one_record():
    rows = b'a,"b\n' + b"c,d\n" * 400
    outcomes = read(io.BytesIO(b"id,question\n" + rows), "a.csv", ReadLimits(record=300))
    assert "longer than 300 bytes" in outcomes[0].reason
    assert len(outcomes) > 300


def test_a_json_record_without_end_is_refused():
    with pytest.raises(SourceFileError, match="longer than the limit"):
        read(Streamed(pieces(200, b'[{"id": "', b"a", b'"}]')), "a.json")


def test_an_archive_that_unpacks_beyond_the_limit_is_refused():
    bomb = gzip.compress((b" " * 1023 + b"\n") * (8 * 1024))
    assert len(bomb) < MEGABYTE / 50
    with pytest.raises(SourceFileError, match="larger than the limit"):
        read(io.BytesIO(bomb), "a.jsonl.gz", ReadLimits(total=4 * MEGABYTE))


def test_a_plain_file_beyond_the_limit_is_refused():
    with pytest.raises(SourceFileError, match="larger than the limit"):
        read(io.BytesIO(b"{}\n" * 1000), "a.jsonl", ReadLimits(total=1000))


def test_a_file_of_bad_lines_alone_is_given_up():
    with pytest.raises(SourceFileError, match="More than 10 lines are unusable"):
        read(io.BytesIO(b"{}\n" * 1000), "a.jsonl", ReadLimits(rejected=10))
