"""Releasing: a policy applied to a study becomes a frozen, checksummed data set.

A release is begun by a lead and made by a worker. It is read from one snapshot and built aside,
so nobody waits for it; then it is frozen in one transaction. A worker that dies leaves nothing
behind, and another one makes the release.
"""

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, OperationalError, transaction

from pipeline.core.errors import Refusal
from pipeline.core.release_format import FORMAT_VERSION
from pipeline.db.leases import leased_rows
from pipeline.db.snapshot import read_snapshot
from pipeline.db.transitions import move_state
from pipeline.log import log
from pipeline.models import Batch, Event
from pipeline.models.events import HOUSE
from review.evidence.policies import rules_as_json, rules_of
from review.models import Policy, Release, ReleasedTrace, Study
from review.releases import zip_file
from review.releases.bundle import build_bundle, pack
from review.releases.diff import difference
from review.releases.freeze import write_lines
from review.releases.lease import TO_MAKE, TO_PACK, free_releases, release_lease
from review.releases.line_file import LineFile

CHUNK_SIZE = 200
MAX_WAITING = 3


class CannotRelease(Refusal):
    """The study cannot be released as asked; the message says why, for the lead."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A release as it will be frozen: its lines, the columns of its row, its ZIP written aside."""

    lines: LineFile
    columns: dict[str, Any]
    packed: zip_file.Packed


def begin_release(
    name: str,
    *,
    policy: Policy,
    made_by: User,
    studies: Sequence[Study] = (),
    batches: Sequence[Batch] = (),
) -> Release:
    """Record a release to be made, by the policy's present rules; the caller enqueues it on commit.

    Raises CannotRelease when the name is taken (the database decides), or when too many of the
    lead's releases are waiting.
    """
    try:
        with transaction.atomic():
            _check_room(made_by)
            release = Release.objects.create(
                name=name,
                policy=policy,
                rules=rules_as_json(rules_of(policy)),
                chain=studies[0].event_chain if len(studies) == 1 else HOUSE,
                reasoner_kind=(*batches, *studies)[0].reasoner_kind,
                format_version=str(FORMAT_VERSION),
                created_by=made_by,
            )
            release.studies.set(studies)
            release.batches.set(batches)
            Event.objects.record(
                "release.begun",
                release,
                by=made_by,
                chain=release.event_chain,
                name=name,
                policy=policy.name,
            )
    except IntegrityError as error:
        raise CannotRelease(f"A release named {name} exists.") from error
    return release


def unfinished_releases() -> Iterable[Release]:
    """Releases that wait for a worker: to be made, or for their ZIP to be packed."""
    return free_releases().filter(TO_MAKE | TO_PACK)


def finish(release: Release) -> None:
    """Do what is left to do for a release: make it, or pack its ZIP again."""
    if release.state == Release.State.MAKING:
        make(release)
    else:
        zip_file.repack(release)


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


def retry_release(release: Release, *, by: User) -> None:
    """Have a release that failed made again; the caller enqueues it on commit.

    Raises Refusal when it has not failed, or too many of its maker's releases wait.
    """
    with transaction.atomic():
        _check_room(release.created_by)
        move_state(
            release,
            {Release.State.FAILED},
            Release.State.MAKING,
            refusal=f"The release {release} has not failed.",
            failed_reason="",
        )
        Event.objects.record("release.retried", release, by=by, chain=release.event_chain)


def remove_release(release: Release, *, by: User) -> None:
    """Remove a release that was never frozen: its name is free again. Raises CannotRelease."""
    with transaction.atomic():
        Event.objects.record(
            "release.removed", release, by=by, chain=release.event_chain, name=release.name
        )
        unfrozen = Release.objects.filter(pk=release.pk, state__in=Release.UNFROZEN)
        if not unfrozen.delete()[0]:
            raise CannotRelease(f"The release {release} is frozen: it can only be withdrawn.")


def withdraw_release(release: Release, *, reason: str, by: User) -> None:
    """Withdraw a bad release: it stays listed with the reason, without a download."""
    with transaction.atomic():
        withdrawn = Release.objects.filter(pk=release.pk, state=Release.State.FROZEN).update(
            state=Release.State.WITHDRAWN, withdrawn_reason=reason
        )
        if withdrawn:
            Event.objects.record(
                "release.withdrawn", release, by=by, chain=release.event_chain, reason=reason
            )
    release.refresh_from_db()


def lines_of(release: Release) -> Iterator[bytes]:
    """The rated traces' bytes, line by line, exactly as frozen."""
    lines = release.lines.filter(left_out="").order_by("position").values_list("line", flat=True)
    for line in lines.iterator(chunk_size=CHUNK_SIZE):
        yield line.encode()


@contextmanager
def _prepared(release: Release) -> Iterator[_Ready]:
    """The release as it would be now. Raises CannotRelease when nothing is left to release."""
    with LineFile() as lines, tempfile.TemporaryDirectory(prefix="medreason-") as folder:
        with read_snapshot():
            facts = write_lines(release, rules_of(release), lines=lines)
            if not facts["rows"]:
                raise CannotRelease(_nothing_left(facts["left_out"]))
            facts["difference"] = difference(release, lines.released())
        manifest, texts = build_bundle(Path(folder), lines=lines, facts=facts)
        packed = zip_file.write_aside(
            release,
            lambda file: pack(
                Path(folder), name=release.name, files=manifest["files"], target=file
            ),
        )
        try:
            yield _Ready(lines, _columns(manifest, texts, packed), packed)
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


def _fail(release: Release, reason: str) -> None:
    with transaction.atomic():
        failed = leased_rows(release).filter(TO_MAKE)
        if failed.update(state=Release.State.FAILED, failed_reason=reason):
            Event.objects.record(
                "release.failed", release, by=None, chain=release.event_chain, reason=reason
            )


def _check_room(maker: User) -> None:
    """One person's releases must not occupy all workers."""
    User.objects.select_for_update().get(pk=maker.pk)  # two tabs are counted in turn
    waiting = Release.objects.filter(created_by=maker, state=Release.State.MAKING).count()
    if waiting >= MAX_WAITING:
        raise CannotRelease(
            f"{waiting} releases of {maker} are being made: wait for one of them, or remove one."
        )


def _nothing_left(left_out: dict[str, int]) -> str:
    reasons = "; ".join(f"{reason} ({n})" for reason, n in Counter(left_out).most_common())
    return f"The policy leaves nothing to release: {reasons or 'no items'}."
