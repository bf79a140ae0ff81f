"""What is left to do: of a batch, and in all batches."""

from django.conf import settings
from django.db.models import QuerySet

from pipeline.models import Batch, Trace

OPEN = (Trace.State.PENDING, Trace.State.CLAIMED)


def open_traces(batch: Batch) -> QuerySet[Trace]:
    """The batch's traces that are still to be made."""
    return batch.traces.filter(state__in=OPEN)


def batches_with_work() -> QuerySet[Batch]:
    """Running batches with traces still to be made."""
    unfinished = Trace.objects.filter(state__in=OPEN)
    return Batch.objects.filter(
        state=Batch.State.RUNNING, pk__in=unfinished.values("batch_id").distinct()
    )


def free_pump_slots(batch: Batch) -> int:
    """How many more pumps the batch may have: none unless it runs and has pending traces.

    A language model's batch has one pump, which makes its traces in threads.
    """
    pending = batch.traces.filter(
        state=Trace.State.PENDING, batch__state=Batch.State.RUNNING
    ).exists()
    if not pending:
        return 0
    claimed = batch.traces.filter(state=Trace.State.CLAIMED).count()
    if batch.is_demonstration:
        return max(0, settings.PUMPS_PER_BATCH - claimed)
    return int(claimed < settings.TRACE_THREADS)
