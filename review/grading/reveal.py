"""Revealing: after the blind grade, the filters' verdict, then the other reviewers' grades.

The first look freezes the blind grade: later changes are revisions marked after_reveal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from django.db import transaction
from django.utils import timezone

from pipeline.core.errors import Refusal
from pipeline.core.records import FilterResult
from pipeline.models import Event
from pipeline.store import made_verdict
from review.models import Grade, Item, Reveal, Reviewer, Study


@dataclass(frozen=True)
class Peer:
    """Another reviewer's blind grade under a letter."""

    letter: str
    grade: Grade


def reveal_of(item: Item, *, reviewer: Reviewer) -> Reveal | None:
    """What the reviewer has been shown of the item."""
    return Reveal.objects.filter(item=item, reviewer=reviewer).first()


def reveal_next(item: Item, *, reviewer: Reviewer, only_verdict: bool = False) -> Reveal:
    """Show the verdict, and at the second asking the peers' grades.

    With `only_verdict` a second click shows no more than the first. Raises Refusal where the
    study does not reveal, or the reviewer has no blind grade.
    """
    graded = Grade.objects.filter(item=item, reviewer=reviewer, is_current=True).exists()
    if not (item.study.reveal_after_submit and graded):
        raise Refusal("This study shows no verdicts.")
    with transaction.atomic():
        reveal, is_new = Reveal.objects.select_for_update().get_or_create(
            item=item, reviewer=reviewer
        )
        if only_verdict and not is_new:
            return reveal
        shown = "verdict" if is_new else "peers"
        if shown == "peers" and reveal.peers_at is None:
            reveal.peers_at = timezone.now()
            reveal.save(update_fields=["peers_at"])
        Event.objects.record(
            "grade.revealed",
            reveal,
            by=reviewer.user,
            chain=item.study.event_chain,
            item=item.code,
            shown=shown,
        )
    return reveal


def verdict_shown(item: Item, reveal: Reveal | None) -> Sequence[FilterResult]:
    """The filters' results, once they have been revealed."""
    return made_verdict(item.trace).filters if reveal else ()


def peers_shown(item: Item, reveal: Reveal | None) -> list[Peer]:
    """The other reviewers' blind grades under letters, once they have been revealed."""
    if reveal is None or reveal.peers_at is None:
        return []
    others = Grade.objects.filter(item=item, is_current=True).exclude(reviewer=reveal.reviewer)
    # By pseudonym, not by time: the letters tell nothing of who came first. No more of a control
    # item, which everyone grades, than there can be of any other.
    ordered = others.order_by("reviewer__pseudonym")[: _max_peers(item.study)]
    return [Peer(letter, grade) for letter, grade in zip(ascii_uppercase, ordered, strict=False)]


def _max_peers(study: Study) -> int:
    return max(study.overlap, study.reliability_overlap or 0) - 1
