"""Making: a release that was begun becomes frozen lines and files, all of them or none.

It is read from one snapshot and built aside, so nobody waits for it; then it is frozen in one
transaction. A worker that dies leaves nothing behind, and another one makes the release.
"""

import gzip
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import OperationalError, transaction

from pipeline.db.leases import leased_rows
from pipeline.db.snapshot import read_snapshot
from pipeline.log import log
from pipeline.models import Event
from review.models import Release, ReleasedTrace, ReleaseFile
from review.releases import zip_file
from review.releases.bundle import build_bundle
from review.releases.diff import difference
from review.releases.freeze import write_lines
from review.releases.lease import TO_MAKE, release_lease
from review.releases.line_file import LineFile
from review.releases.manifest import manifest_facts
from review.releases.other_files import other_files
from review.releases.selection.choices import CannotRelease, choices_of
from review.releases.selection.select import select

CHUNK_SIZE = 200


@dataclass(frozen=True, slots=True)
class _Ready:
    """A release as it will be frozen: its lines, its other files, the columns of its row, its ZIP
    written aside."""

    lines: LineFile
    others: Mapping[str, bytes]
    columns: dict[str, Any]
    packed: zip_file.Packed


def make(release: Release) -> None:
    """Make a release that was begun, unless another worker is at it.

    Any problem fails the release, with the reason for the lead, except a database that is busy
    or away: then the release is made again.
    """
    with release_lease(release, TO_MAKE) as leased:
        if not leased:
            return
        try:
            with _prepared(release) as ready:
                _freeze(release, ready)
        except OperationalError:
            raise
        except CannotRelease as error:
            _fail(release, str(error))
        except Exception as error:
            log.exception("release.failed", release=release.name)
            _fail(release, f"The release could not be made: {error}")


@contextmanager
def _prepared(release: Release) -> Iterator[_Ready]:
    """The release as it would be now. Raises CannotRelease when nothing is left to release."""
    with LineFile() as lines, zip_file.folder_aside(release) as folder:
        with read_snapshot():
            selection = select(choices_of(release))
            if not selection.tally.released:
                raise CannotRelease(nothing_left(selection.tally.left_out))
            splits = selection.split()
            written = write_lines(selection, splits, lines=lines)
            facts = manifest_facts(release, selection, splits, written)
            facts["difference"] = difference(release, lines.released())
            others = other_files(selection.choices)
        manifest, texts = build_bundle(folder, lines=lines, facts=facts, others=others)
        packed = zip_file.pack_aside(release, folder, files=manifest["files"])
        try:
            yield _Ready(lines, others, _columns(manifest, texts, packed), packed)
        finally:
            packed.aside.unlink(missing_ok=True)


def _columns(
    manifest: dict[str, Any], texts: dict[str, str], packed: zip_file.Packed
) -> dict[str, Any]:
    return {
        "state": Release.State.FROZEN,
        "row_count": manifest["rows"],
        "sha256": manifest["sha256"],
        "manifest": manifest,
        "texts": texts,
        "archive_sha256": packed.sha256,
        "archive_size": packed.size,
    }


def _freeze(release: Release, ready: _Ready) -> None:
    """All of it or nothing, and only while this worker holds the release."""
    with transaction.atomic():
        if not leased_rows(release).filter(TO_MAKE).update(**ready.columns):
            return
        rows = _rows(release, ready.lines)
        while block := list(islice(rows, CHUNK_SIZE)):
            ReleasedTrace.objects.bulk_create(block)
        ReleaseFile.objects.bulk_create(_files(release, ready.others))
        Event.objects.record(
            "release.made",
            release,
            by=release.created_by,
            chain=release.event_chain,
            name=release.name,
            rows=ready.columns["row_count"],
            sha256=ready.columns["sha256"],
        )
    ready.packed.put()


def _rows(release: Release, lines: LineFile) -> Iterator[ReleasedTrace]:
    for position, entry in enumerate(lines.entries, start=1):
        yield ReleasedTrace(
            release=release,
            position=position,
            trace_id=entry.trace,
            item_id=entry.item,
            line=lines.text(entry),
            left_out=entry.left_out,
        )


def _files(release: Release, others: Mapping[str, bytes]) -> Iterator[ReleaseFile]:
    for name, content in others.items():
        yield ReleaseFile(
            release=release,
            name=name,
            content=gzip.compress(content, mtime=0),
            sha256=hashlib.sha256(content).hexdigest(),
        )


def _fail(release: Release, reason: str) -> None:
    with transaction.atomic():
        failed = leased_rows(release).filter(TO_MAKE)
        if failed.update(state=Release.State.FAILED, failed_reason=reason):
            Event.objects.record(
                "release.failed", release, by=None, chain=release.event_chain, reason=reason
            )


def nothing_left(left_out: Counter[str]) -> str:
    """Why nothing would be released, in a sentence."""
    reasons = "; ".join(f"{reason} ({n:,})" for reason, n in left_out.most_common())
    return f"The policy leaves nothing to release: {reasons or 'there are no traces'}."
