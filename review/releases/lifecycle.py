"""Releasing: a policy applied to batches and their studies becomes a frozen, checksummed data set.

A release is begun by a lead and made by a worker.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from pipeline.core.duplicates.splits import DEFAULT_SHARES, new_seed
from pipeline.core.release_format import FORMAT_VERSION
from pipeline.db.transitions import move_state
from pipeline.models import Batch, Event
from pipeline.models.events import HOUSE
from review.evidence.policies import rules_as_json, rules_of
from review.models import Policy, Release, Study
from review.releases import making, zip_file
from review.releases.lease import TO_MAKE, TO_PACK, free_releases
from review.releases.selection.choices import CannotRelease, Choices, check_choices

CHUNK_SIZE = 200
MAX_WAITING = 3


def begin_release(
    name: str,
    *,
    policy: Policy,
    made_by: User,
    studies: Sequence[Study] = (),
    batches: Sequence[Batch] = (),
    shares: Mapping[str, float] = DEFAULT_SHARES,
    seed: int | None = None,
    with_comments: bool = False,
    creators: Sequence[Mapping[str, str]] = (),
    contact: str = "",
) -> Release:
    """Record a release to be made, by the policy's present rules; the caller enqueues it on commit.

    `shares` and `seed` (drawn where none is given) split its rows; `creators` are whom to cite,
    `contact` whom to ask. Raises CannotRelease when its
    parts do not go together, when the name is taken (the database decides), or when too many of
    the lead's releases are waiting.
    """
    seed = new_seed() if seed is None else seed
    choices = Choices(batches, studies, rules_of(policy), shares, seed, with_comments)
    kind = check_choices(choices)
    try:
        with transaction.atomic():
            _check_room(made_by)
            release = Release.objects.create(
                name=name,
                policy=policy,
                rules=rules_as_json(rules_of(policy)),
                chain=studies[0].event_chain if len(studies) == 1 else HOUSE,
                reasoner_kind=kind,
                split_shares=dict(shares),
                split_seed=seed,
                with_comments=with_comments,
                creators=list(creators),
                contact=contact,
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
                batches=[batch.name for batch in batches],
                studies=[study.name for study in studies],
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
        making.make(release)
    else:
        zip_file.repack(release)


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
    """The released traces' bytes, line by line, exactly as frozen."""
    lines = release.lines.filter(left_out="").order_by("position").values_list("line", flat=True)
    for line in lines.iterator(chunk_size=CHUNK_SIZE):
        yield line.encode()


def _check_room(maker: User) -> None:
    """One person's releases must not occupy all workers."""
    User.objects.select_for_update().get(pk=maker.pk)  # two tabs are counted in turn
    waiting = Release.objects.filter(created_by=maker, state=Release.State.MAKING).count()
    if waiting >= MAX_WAITING:
        raise CannotRelease(
            f"{waiting} releases of {maker} are being made: wait for one of them, or remove one."
        )
