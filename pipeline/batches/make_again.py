"""A question made again in a batch, since its answer key was corrected after its traces began."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from pipeline.core.errors import Refusal
from pipeline.db.transitions import move_state
from pipeline.models import Batch, Event, Question, Trace
from pipeline.sources.key_corrections import corrected_at

SETTLED = (Trace.State.MADE, Trace.State.FAILED)


def batches_to_make_again(question: Question) -> QuerySet[Batch]:
    """Batches with traces of the question from before its key was corrected, and none after."""
    since = corrected_at(question)
    if since is None:
        return Batch.objects.none()
    rows = Trace.objects.of_key().filter(batch=OuterRef("pk"), question=question, is_current=True)
    return (
        Batch.objects.filter(Exists(_before(rows, since)), is_trial=False)
        .exclude(Exists(rows.exclude(pk__in=_before(rows, since).values("pk"))))
        .exclude(state=Batch.State.CANCELLED)
    )


def _before(rows: QuerySet[Trace], since: datetime) -> QuerySet[Trace]:
    return rows.filter(state__in=SETTLED, claimed_at__lt=since)


def make_again(question: Question, *, batch: Batch, by: User) -> int:
    """Have the batch make the question's traces again, with the corrected key; returns how many.

    They are further samples: the earlier traces stay as they are, since studies may have drawn
    them, and the caller enqueues. Raises Refusal where there is nothing to make again.
    """
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get(pk=batch.pk)
        if not batches_to_make_again(question).filter(pk=batch.pk).exists():
            raise Refusal("The batch has made this question again already, or was cancelled.")
        rows = batch.traces.of_key().filter(question=question, is_current=True)
        last = rows.aggregate(last=Max("sample_index"))["last"]
        if batch.state != Batch.State.PAUSED:
            states = {Batch.State.RUNNING, Batch.State.FINISHED}
            move_state(batch, states, Batch.State.RUNNING, finished_at=None)
        further = [
            Trace(batch=batch, question=question, sample_index=last + number)
            for number in range(1, rows.count() + 1)
        ]
        Trace.objects.bulk_create(further)
        Event.objects.record(
            "batch.question_made_again", batch, by=by, question=str(question), traces=len(further)
        )
    return len(further)
