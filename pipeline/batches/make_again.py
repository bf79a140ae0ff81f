"""A question made again in a batch, since its answer key was corrected after its traces began."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max, QuerySet

from pipeline.core.errors import Refusal
from pipeline.core.records import ReasonerKind
from pipeline.db.transitions import move_state
from pipeline.models import Batch, Event, Question, Trace
from pipeline.sources.key_corrections import corrected_at, has_outdated_key

SETTLED = (Trace.State.MADE, Trace.State.FAILED)


def batches_to_make_again(question: Question) -> list[Batch]:
    """Batches whose traces of the question were all made with another key than it has now.

    Imported batches are none of them: what others wrote cannot be made again.
    """
    since = corrected_at(question)
    if since is None:
        return []
    rows = _traces(question).filter(batch__is_trial=False)
    rows = rows.exclude(batch__reasoner_kind=ReasonerKind.IMPORTED)
    rows = rows.exclude(batch__state=Batch.State.CANCELLED)
    outdated: dict[Batch, bool] = {}
    for row in rows.select_related("batch", "question").order_by("pk"):
        outdated[row.batch] = outdated.get(row.batch, True) and _is_outdated(row, since)
    return [batch for batch, every in outdated.items() if every]


def _traces(question: Question) -> QuerySet[Trace]:
    return Trace.objects.of_key().filter(question=question, is_current=True)


def _is_outdated(row: Trace, since: datetime) -> bool:
    """By the key in the trace's record; without a record by when it began."""
    if row.state not in SETTLED:
        return False
    if row.record:
        return has_outdated_key(row)
    return row.claimed_at is None or row.claimed_at < since


def make_again(question: Question, *, batch: Batch, by: User) -> int:
    """Have the batch make the question's traces again, with the corrected key; returns how many.

    They are further samples: the earlier traces stay as they are, since studies may have drawn
    them, and the caller enqueues. Raises Refusal where there is nothing to make again.
    """
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get(pk=batch.pk)
        if batch not in batches_to_make_again(question):
            raise Refusal("The batch has made this question again already, or was cancelled.")
        rows = _traces(question).filter(batch=batch)
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
