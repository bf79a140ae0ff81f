"""Studies: open, pause, resume, close."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from pipeline.access import roles_of
from pipeline.models import Batch, Event
from review import rubric
from review.access import SEES_GRADES
from review.models import Item, Reviewer, Slot, Study, StudyReviewer
from review.sampling import Drawn, draw, population

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class CannotOpen(ValueError):
    """The study cannot be opened as asked; the message says why, for the lead."""


class WrongState(Exception):
    """The study has moved on: the operation does not apply to its present state."""


@dataclass(frozen=True)
class StudyPlan:
    """What a lead asks for. `size` None takes every trace with a CoT."""

    name: str
    batches: Sequence[Batch]
    reviewers: Sequence[Reviewer]
    overlap: int = 2
    size: int | None = None
    include_discarded: bool = True
    hide_answer_key: bool = False
    guidelines: str = ""
    seed: int | None = None


def open_study(plan: StudyPlan, *, opened_by: "User") -> Study:
    """Draw the sample and open the study: items, their slots, the reviewers' places.

    Raises CannotOpen: demonstration and model traces never mix, there must be something to
    grade, and no more slots an item than reviewers.
    """
    kind = _common_kind(plan.batches)
    _check_blindness(plan.reviewers)
    if plan.overlap > len(plan.reviewers):
        raise CannotOpen(
            f"{plan.overlap} grades an item need at least {plan.overlap} reviewers; "
            f"{len(plan.reviewers)} chosen."
        )
    seed = secrets.randbits(62) if plan.seed is None else plan.seed
    strata = population(plan.batches, include_discarded=plan.include_discarded)
    drawn = draw(strata, size=plan.size, seed=seed)
    if not drawn:
        raise CannotOpen("No trace of the chosen batches has a chain of thought to grade.")
    with transaction.atomic():
        study = _study_row(plan, kind, seed, {name: len(ids) for name, ids in strata.items()})
        study.created_by = opened_by
        _insert(study)
        study.batches.set(plan.batches)
        _deal_places(study, plan, drawn)
        Event.objects.append(
            "study.opened",
            actor=opened_by,
            subject=study,
            chain=study.event_chain,
            payload={"items": len(drawn), "overlap": plan.overlap, "design": study.design},
        )
    return study


def _study_row(plan: StudyPlan, kind: str, seed: int, population_sizes: dict[str, int]) -> Study:
    design = {
        "method": "stratified random sample by source and verdict, proportional allocation",
        "population": population_sizes,
        "size": plan.size,
        "include_discarded": plan.include_discarded,
    }
    return Study(
        name=plan.name,
        reasoner_kind=kind,
        rubric_version=rubric.CURRENT.version,
        overlap=plan.overlap,
        design=design,
        seed=seed,
        hide_answer_key=plan.hide_answer_key,
        guidelines=plan.guidelines,
    )


def _insert(study: Study) -> None:
    try:
        with transaction.atomic():
            study.save(force_insert=True)
    except IntegrityError as error:
        raise CannotOpen(f"A study named {study.name} exists.") from error


def _check_blindness(reviewers: Sequence[Reviewer]) -> None:
    """Whoever may look at other people's grades cannot grade blind."""
    seeing = [reviewer for reviewer in reviewers if roles_of(reviewer.user) & SEES_GRADES]
    if seeing:
        names = ", ".join(str(reviewer) for reviewer in seeing)
        raise CannotOpen(f"{names}: a lead, adjudicator or auditor sees grades and cannot review.")


def _deal_places(study: Study, plan: StudyPlan, drawn: Sequence[Drawn]) -> None:
    StudyReviewer.objects.bulk_create(
        StudyReviewer(study=study, reviewer=reviewer) for reviewer in plan.reviewers
    )
    items = Item.objects.bulk_create(
        Item(
            study=study,
            trace_id=one.trace_id,
            stratum=one.stratum,
            inclusion_probability=one.inclusion_probability,
        )
        for one in drawn
    )
    Slot.objects.bulk_create(
        Slot(item=item, number=number) for item in items for number in range(1, study.overlap + 1)
    )


def _common_kind(batches: Sequence[Batch]) -> str:
    kinds = {batch.reasoner_kind for batch in batches}
    if not kinds:
        raise CannotOpen("Choose at least one batch.")
    if len(kinds) > 1:
        raise CannotOpen("Demonstration and model traces never share a study.")
    return kinds.pop()


def pause_study(study: Study, *, by: "User") -> None:
    """Deal nothing for now; reviewers keep their drafts. Raises WrongState."""
    _move(study, {Study.State.OPEN}, Study.State.PAUSED, by)


def resume_study(study: Study, *, by: "User") -> None:
    """Deal again. Raises WrongState."""
    _move(study, {Study.State.PAUSED}, Study.State.OPEN, by)


def close_study(study: Study, *, by: "User") -> None:
    """End grading for good. Raises WrongState."""
    _move(study, {Study.State.OPEN, Study.State.PAUSED}, Study.State.CLOSED, by)


def _move(study: Study, old: set[Study.State], new: Study.State, by: "User") -> None:
    closed_at = timezone.now() if new == Study.State.CLOSED else None
    with transaction.atomic():
        moved = Study.objects.filter(pk=study.pk, state__in=old).update(
            state=new, closed_at=closed_at
        )
        study.refresh_from_db()
        if not moved:
            raise WrongState(f"The study is {study.state}.")
        Event.objects.append(f"study.{new.value}", actor=by, subject=study, chain=study.event_chain)
