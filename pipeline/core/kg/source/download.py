"""Fetches a published file over HTTP: goes on where it stopped, keeps it only if it is right.

A download under way lies beside its place as NAME.part, so a run that was cut, however it
was cut, is resumed by the next one.
"""

import hashlib
import http.client
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any, Final

from pipeline.core.errors import DownloadFailed

Progress = Callable[[int, int], None]

_BLOCK_SIZE: Final = 1 << 20
_TIMEOUT: Final = 60.0
_RETRY_DELAYS: Final = (1.0, 5.0, 20.0)
# Some archives refuse a library's own name.
_HEADERS: Final = {"User-Agent": "medreason-web", "Accept-Encoding": "identity"}
_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(\d+)")


def download(url: str, target: Path, *, md5: str, progress: Progress | None = None) -> Path:
    """The file at `url` as `target`, its MD5 checked; at once where it is there already.

    `progress` is told (bytes there, bytes in all). Raises DownloadFailed; a part that can be
    gone on with stays, anything else is removed.
    """
    if not url.startswith(("http://", "https://")):
        raise DownloadFailed(f"{url} is no http or https address.")
    try:
        return _download(url, target, md5, progress or (lambda done, total: None))
    except OSError as error:
        raise DownloadFailed(
            f"{target.name} cannot be written ({error.strerror or error}): "
            "what has arrived stays for the next try."
        ) from error


def _download(url: str, target: Path, md5: str, progress: Progress) -> Path:
    if target.exists() and _md5(target) == md5:
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    _fetch_with_retries(url, part, progress)
    if (digest := _md5(part)) != md5:
        part.unlink()
        raise DownloadFailed(
            f"{url} sent another file than was published: its MD5 is {digest}, not {md5}. "
            "It was removed; try again, and if that repeats, fetch the file by hand."
        )
    return part.replace(target)


def _fetch_with_retries(url: str, part: Path, progress: Progress) -> None:
    """Fetches what is missing; a connection that breaks is taken up again a few times."""
    for delay in (*_RETRY_DELAYS, None):
        try:
            return _fetch(url, part, progress)
        except urllib.error.HTTPError as error:
            raise DownloadFailed(_refusal_message(url, error)) from error
        except (urllib.error.URLError, http.client.HTTPException) as error:
            if delay is None or not part.exists():
                raise DownloadFailed(_broken_message(url, part, error)) from error
            time.sleep(delay)


def _fetch(url: str, part: Path, progress: Progress) -> None:
    have = part.stat().st_size if part.exists() else 0
    headers = _HEADERS | ({"Range": f"bytes={have}-"} if have else {})
    request = urllib.request.Request(url, headers=headers)  # noqa: S310  (http or https: checked)
    try:
        response = urllib.request.urlopen(request, timeout=_TIMEOUT)  # noqa: S310
    except urllib.error.HTTPError as error:
        if error.code != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE or not have:
            raise
        # Nothing is missing, or the part is none of this file: the checksum tells.
        return
    with response:
        start, total = _extent(response, have)
        with part.open("ab" if start else "wb") as stream:
            _receive(response, stream, start, total, progress)


def _extent(response: Any, have: int) -> tuple[int, int]:
    """Where the body begins and how long the whole file is (0: not said).

    A server that knows no ranges sends all of it again.
    """
    if response.status == HTTPStatus.PARTIAL_CONTENT:
        match = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if match and int(match[1]) == have:
            return have, int(match[2])
        raise http.client.HTTPException("the server sent another part than was asked for")
    return 0, int(response.headers.get("Content-Length") or 0)


def _receive(response: Any, stream: IO[bytes], done: int, total: int, progress: Progress) -> None:
    progress(done, total)
    while block := _next_block(response):
        stream.write(block)
        done += len(block)
        progress(done, total)
    if done < total:
        raise http.client.IncompleteRead(b"", total - done)


def _next_block(response: Any) -> bytes:
    try:
        return bytes(response.read(_BLOCK_SIZE))
    except OSError as error:  # the connection's, told apart from the disk's
        raise http.client.HTTPException(str(error)) from error


def _refusal_message(url: str, error: urllib.error.HTTPError) -> str:
    return f"{url} answered {error.code} {error.reason}: the file cannot be had there now."


def _broken_message(url: str, part: Path, error: Exception) -> str:
    have = part.stat().st_size if part.exists() else 0
    if not have:
        return f"{url} cannot be reached ({getattr(error, 'reason', None) or error})."
    return (
        f"The connection to {url} broke after {have:,} bytes ({error}). "
        "The same command goes on from there."
    )


def _md5(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, _new_md5).hexdigest()


def _new_md5() -> Any:
    # The publisher's checksum: it tells files apart, it guards nothing.
    return hashlib.md5(usedforsecurity=False)
