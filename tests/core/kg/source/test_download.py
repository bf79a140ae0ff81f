"""Fetching a published file from a server of our own that serves, cuts, refuses and deceives."""

import hashlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipeline.core.errors import DownloadFailed
from pipeline.core.kg.source import download as module
from pipeline.core.kg.source.download import download

CONTENT = bytes(range(256)) * 4000
MD5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()


class Archive(ThreadingHTTPServer):
    """Serves CONTENT; `cut_after` bytes an answer ends early, `status` refuses all."""

    content, ranges, cut_after, status, misplaced = CONTENT, True, None, 200, 0

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/kg.csv"


class Answer(BaseHTTPRequestHandler):
    server: Archive

    def do_GET(self):
        archive, wanted = self.server, self.headers.get("Range")
        archive.asked.append(wanted)
        if self.path == "/moved":
            return self.head(302, Location="/kg.csv")
        if archive.status != 200:
            return self.send_error(archive.status)
        start = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1]) if wanted and archive.ranges else 0
        if start >= len(archive.content):
            return self.head(416)
        body = archive.content[start:]
        self.head(206 if start else 200, **self.extent(start, body))
        self.wfile.write(body[: archive.cut_after])

    def extent(self, start, body):
        headers = {"Content-Length": str(len(body))}
        if start:
            first, total = start + self.server.misplaced, len(self.server.content)
            headers["Content-Range"] = f"bytes {first}-{total - 1}/{total}"
        return headers

    def head(self, status, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def archive(monkeypatch):
    monkeypatch.setattr(module, "_RETRY_DELAYS", ())
    server = Archive()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def target(tmp_path):
    return tmp_path / "downloads" / "kg.csv"


def part_of(target):
    return target.with_name("kg.csv.part")


def test_a_file_is_fetched_and_its_progress_told(archive, target):
    told = []
    assert download(archive.url, target, md5=MD5, progress=lambda *now: told.append(now)) == target
    assert target.read_bytes() == CONTENT
    assert told[0] == (0, len(CONTENT))
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [path.name for path in target.parent.iterdir()] == ["kg.csv"]


def test_what_is_there_already_is_not_fetched_again(archive, target):
    download(archive.url, target, md5=MD5)
    download(archive.url, target, md5=MD5)
    assert archive.asked == [None]


def test_a_damaged_file_is_fetched_anew(archive, target):
    target.parent.mkdir()
    target.write_bytes(CONTENT[:-1])
    assert download(archive.url, target, md5=MD5).read_bytes() == CONTENT


def test_a_redirect_is_followed(archive, target):
    moved = archive.url.replace("kg.csv", "moved")
    assert download(moved, target, md5=MD5).read_bytes() == CONTENT


def test_a_cut_connection_is_gone_on_with_by_the_next_run(archive, target):
    archive.cut_after = 100_000
    with pytest.raises(DownloadFailed, match=r"broke after 100,000 bytes .* goes on from there"):
        download(archive.url, target, md5=MD5)
    assert not target.exists()
    archive.cut_after = None
    told = []
    download(archive.url, target, md5=MD5, progress=lambda *now: told.append(now))
    assert archive.asked == [None, "bytes=100000-"]
    assert told[0] == (100_000, len(CONTENT))
    assert target.read_bytes() == CONTENT


def test_one_run_takes_a_cut_connection_up_again(archive, target, monkeypatch):
    monkeypatch.setattr(module, "_RETRY_DELAYS", (0.0, 0.0, 0.0))
    archive.cut_after = 300_000
    assert download(archive.url, target, md5=MD5).read_bytes() == CONTENT
    assert archive.asked == [None, "bytes=300000-", "bytes=600000-", "bytes=900000-"]


def test_a_server_without_ranges_begins_again(archive, target):
    archive.cut_after = 100_000
    with pytest.raises(DownloadFailed):
        download(archive.url, target, md5=MD5)
    archive.cut_after, archive.ranges = None, False
    assert download(archive.url, target, md5=MD5).read_bytes() == CONTENT
    assert archive.asked == [None, "bytes=100000-"]


def test_a_part_from_another_place_is_not_joined(archive, target):
    target.parent.mkdir()
    part_of(target).write_bytes(CONTENT[:500])
    archive.misplaced = 1
    with pytest.raises(DownloadFailed, match="another part than was asked for"):
        download(archive.url, target, md5=MD5)
    assert part_of(target).read_bytes() == CONTENT[:500]


def test_a_part_that_is_whole_needs_only_its_checksum(archive, target):
    target.parent.mkdir()
    part_of(target).write_bytes(CONTENT)
    assert download(archive.url, target, md5=MD5).read_bytes() == CONTENT
    assert archive.asked == [f"bytes={len(CONTENT)}-"]


@pytest.mark.parametrize("before", [b"", b"x" * 1000, CONTENT + b"x"], ids=["new", "part", "long"])
def test_another_file_is_removed_and_both_checksums_named(archive, target, before):
    archive.content = CONTENT if before else CONTENT[::-1]
    target.parent.mkdir()
    if before:
        part_of(target).write_bytes(before)
    with pytest.raises(DownloadFailed, match=rf"MD5 is \w{{32}}, not {MD5}"):
        download(archive.url, target, md5=MD5)
    assert list(target.parent.iterdir()) == []
    archive.content = CONTENT
    assert download(archive.url, target, md5=MD5).read_bytes() == CONTENT


@pytest.mark.parametrize(("status", "reason"), [(404, "Not Found"), (403, "Forbidden"), (503, "")])
def test_a_refusal_is_told_and_nothing_is_kept(archive, target, status, reason):
    archive.status = status
    with pytest.raises(DownloadFailed, match=f"answered {status} {reason}"):
        download(archive.url, target, md5=MD5)
    assert list(target.parent.iterdir()) == []


def test_nobody_there_is_told_at_once(archive, target):
    archive.shutdown()
    archive.server_close()
    with pytest.raises(DownloadFailed, match="cannot be reached"):
        download(archive.url, target, md5=MD5)


def test_only_web_addresses_are_fetched(target):
    with pytest.raises(DownloadFailed, match="no http or https address"):
        download("file:///etc/hosts", target, md5=MD5)


def test_a_folder_that_cannot_be_written_is_told(archive, target):
    target.parent.write_text("a file where the folder should be")
    with pytest.raises(DownloadFailed, match="cannot be written"):
        download(archive.url, target, md5=MD5)
