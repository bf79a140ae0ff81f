"""Releasing: a policy applied to a study becomes a frozen, checksummed data set."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from pipeline.core.release_format import FORMAT_VERSION
from pipeline.models import Event
from review.evidence import Evidence, sampled_evidence
from review.exports.jsonl import trace_line, traces_of_items
from review.models import Policy, Release, ReleasedTrace, Study
from review.policies import Rules, exclusion, rules_as_json, rules_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User

ROWS_AT_ONCE = 200


class CannotRelease(ValueError):
    """The study cannot be released as asked; the message says why, for the lead."""


@dataclass(frozen=True)
class _Weighed:
    """One item under the rules: its line, or why it stays out."""

    evidence: Evidence
    line: str
    left_out: str


def make_release(name: str, *, study: Study, policy: Policy, made_by: "User") -> Release:
    """Freeze the items of the study that the policy takes, in one transaction.

    Raises CannotRelease when the name is taken or nothing is left to release.
    """
    rules = rules_of(policy)
    with transaction.atomic():
        release = _named(name, study, policy, rules, made_by)
        _freeze(release, rules)
        Event.objects.append(
            "release.made",
            actor=made_by,
            subject=release,
            chain=study.event_chain,
            payload={"name": name, "rows": release.row_count, "sha256": release.sha256},
        )
    return release


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


def _freeze(release: Release, rules: Rules) -> None:
    digest, left_out, sources = hashlib.sha256(), Counter[str](), Counter[str]()
    ungraded = 0
    fresh: list[ReleasedTrace] = []
    for weighed in _weigh(release.study, rules):
        if weighed.left_out:
            left_out[weighed.left_out] += 1
            continue
        release.row_count += 1
        digest.update(weighed.line.encode())
        ungraded += not weighed.evidence.grades
        sources[weighed.evidence.source] += 1
        fresh.append(
            ReleasedTrace(
                release=release,
                position=release.row_count,
                item_id=weighed.evidence.item,
                line=weighed.line,
            )
        )
        if len(fresh) == ROWS_AT_ONCE:
            ReleasedTrace.objects.bulk_create(fresh)
            fresh.clear()
    ReleasedTrace.objects.bulk_create(fresh)
    if not release.row_count:
        reasons = "; ".join(f"{reason} ({count})" for reason, count in left_out.most_common())
        raise CannotRelease(f"The policy leaves nothing to release: {reasons or 'no items'}.")
    release.sha256 = digest.hexdigest()
    release.manifest = _manifest(release, left_out, sources, ungraded)
    release.save()


def _weigh(study: Study, rules: Rules) -> Iterator[_Weighed]:
    evidence = sampled_evidence(study)
    while block := list(islice(evidence, ROWS_AT_ONCE)):
        left_out = {one.item: exclusion(rules, one) or one.licence for one in block}
        taken = traces_of_items(item for item, reason in left_out.items() if not reason)
        for one in block:
            reason = left_out[one.item]
            yield _Weighed(one, "" if reason else trace_line(taken[one.item], one), reason)


def _manifest(
    release: Release, left_out: Counter[str], sources: Counter[str], ungraded: int
) -> dict[str, Any]:
    study = release.study
    return {
        "release": release.name,
        "format_version": release.format_version,
        "reasoner_kind": release.reasoner_kind,
        "study": {"name": study.name, "rubric_version": study.rubric_version},
        "policy": {"name": release.policy.name, "rules": release.rules},
        "items": release.row_count + sum(left_out.values()),
        "rows": release.row_count,
        "rows_nobody_graded": ungraded,
        "rows_by_source": dict(sorted(sources.items())),
        "left_out": dict(left_out.most_common()),
        "sha256": release.sha256,
        "audit": Event.objects.head(study.event_chain),
        "notice": "Not clinically validated. Not for clinical use.",
    }


def lines_of(release: Release) -> Iterator[bytes]:
    """The release's bytes, line by line, exactly as frozen."""
    lines = release.lines.order_by("position").values_list("line", flat=True)
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
