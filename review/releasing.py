"""Releasing: a policy applied to a study becomes a frozen, checksummed data set."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from pipeline.core.release_format import FORMAT_VERSION
from pipeline.models import Event
from review.bundling import seal
from review.differences import difference
from review.freezing import freeze_lines
from review.models import Policy, Release, Study
from review.policies import Rules, rules_as_json, rules_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ROWS_AT_ONCE = 200


class CannotRelease(ValueError):
    """The study cannot be released as asked; the message says why, for the lead."""


def make_release(name: str, *, study: Study, policy: Policy, made_by: "User") -> Release:
    """Freeze the items of the study that the policy takes, in one transaction.

    Every file of the bundle is built once and its sha256 recorded. Raises CannotRelease when the
    name is taken or nothing is left to release.
    """
    rules = rules_of(policy)
    with transaction.atomic():
        release = _named(name, study, policy, rules, made_by)
        facts = freeze_lines(release, rules)
        if not release.row_count:
            raise CannotRelease(_nothing_left(facts["left_out"]))
        seal(release, facts | {"difference": difference(release)})
        release.save()
        Event.objects.append(
            "release.made",
            actor=made_by,
            subject=release,
            chain=study.event_chain,
            payload={"name": name, "rows": release.row_count, "sha256": release.sha256},
        )
    return release


def _nothing_left(left_out: dict[str, int]) -> str:
    reasons = "; ".join(f"{reason} ({n})" for reason, n in Counter(left_out).most_common())
    return f"The policy leaves nothing to release: {reasons or 'no items'}."


def _named(name: str, study: Study, policy: Policy, rules: Rules, made_by: "User") -> Release:
    """The release's row, still empty; the database decides whose the name is."""
    try:
        with transaction.atomic():
            return Release.objects.create(
                name=name,
                study=study,
                policy=policy,
                rules=rules_as_json(rules),
                reasoner_kind=study.reasoner_kind,
                format_version=str(FORMAT_VERSION),
                row_count=0,
                sha256="",
                manifest={},
                created_by=made_by,
            )
    except IntegrityError as error:
        raise CannotRelease(f"A release named {name} exists.") from error


def lines_of(release: Release) -> Iterator[bytes]:
    """The rated traces' bytes, line by line, exactly as frozen."""
    lines = release.lines.filter(left_out="").order_by("position").values_list("line", flat=True)
    for line in lines.iterator(chunk_size=ROWS_AT_ONCE):
        yield line.encode()


def withdraw_release(release: Release, *, reason: str, by: "User") -> None:
    """Withdraw a bad release: it stays listed with the reason, without a download."""
    with transaction.atomic():
        withdrawn = Release.objects.filter(pk=release.pk, state=Release.State.FROZEN).update(
            state=Release.State.WITHDRAWN, withdrawn_reason=reason
        )
        if withdrawn:
            Event.objects.append(
                "release.withdrawn",
                actor=by,
                subject=release,
                chain=release.study.event_chain,
                payload={"reason": reason},
            )
    release.refresh_from_db()
