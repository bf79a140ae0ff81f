"""Why a paused batch waits."""

from functools import partial

from pipeline.batches.tools import require_endpoints
from pipeline.jobs.pauses import Pause, pause_of_job
from pipeline.models import Batch


def pause_of(batch: Batch) -> Pause | None:
    """Why the batch is paused; None unless it is."""
    return pause_of_job(batch, partial(require_endpoints, batch))
