"""Extending an open study: more raters, more grades an item."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction

from pipeline.core.errors import Refusal
from pipeline.models import Event
from review.models import Reviewer, Study, StudyReviewer
from review.studies.lifecycle import check_blindness
from review.studies.slots import add_slots


def extend_study(
    study: Study, *, reviewers: Sequence[Reviewer] = (), overlap: int | None = None, by: User
) -> Study:
    """Add raters, raise the overlap, or both. Nothing dealt is taken back.

    New raters get every control item too, and the cap the others have. Raises Refusal once
    the study is closed, when the overlap would fall or exceed the raters, or a rater
    may see grades.
    """
    check_blindness(reviewers)
    with transaction.atomic():
        study = Study.objects.select_for_update().get(pk=study.pk)
        if study.state == Study.State.CLOSED:
            raise Refusal("The study is closed.")
        wanted = study.overlap if overlap is None else overlap
        known = set(study.places.values_list("reviewer_id", flat=True))
        added = [reviewer for reviewer in reviewers if reviewer.pk not in known]
        _check_extension(study, wanted, raters=len(known) + len(added))
        cap = study.places.values_list("cap", flat=True).first()
        StudyReviewer.objects.bulk_create(
            StudyReviewer(study=study, reviewer=reviewer, cap=cap) for reviewer in added
        )
        more = add_slots(study, overlap=wanted, new_raters=len(added))
        Study.objects.filter(pk=study.pk).update(overlap=wanted)
        study.overlap = wanted
        Event.objects.record(
            "study.extended",
            study,
            by=by,
            chain=study.event_chain,
            overlap=wanted,
            reviewers=[reviewer.pseudonym for reviewer in added],
            slots=more,
        )
    return study


def _check_extension(study: Study, overlap: int, *, raters: int) -> None:
    if overlap < study.overlap:
        raise Refusal(f"The study already asks for {study.overlap} grades per item.")
    if overlap > raters:
        raise Refusal(f"{overlap} grades per item need at least {overlap} reviewers.")
