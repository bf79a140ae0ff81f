"""Celery is a doorbell: an id in, one call, and perhaps another ring."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings
from kombu.exceptions import OperationalError

from pipeline import batches, claims
from pipeline.log import log
from pipeline.models import Batch

PUMP_SECONDS = 10.0
# A pump ends when its last trace does, and a language model takes its time for that one.
MODEL_PUMP_SECONDS = 60.0


@shared_task
def pump(batch_id: int) -> None:
    """Make traces of a batch for a while, then ring again if work is left."""
    batch = Batch.objects.select_related("knowledge_graph").get(pk=batch_id)
    if batches.room(batch):
        seconds = PUMP_SECONDS if batch.is_demonstration else MODEL_PUMP_SECONDS
        batches.pump(batch, seconds=seconds)
        if batches.room(batch):
            pump.delay(batch_id)


@shared_task
def reap() -> None:
    """Return expired leases and ring for every running batch that has work left."""
    claims.return_expired_leases()
    for batch in batches.batches_to_ring():
        if not batches.finish_if_done(batch):
            ring(batch.pk, pumps=batches.room(batch))


def ring(batch_id: int, *, pumps: int | None = None) -> None:
    """Ring for so many pumps, by default as many as a batch may have. Call it on commit.

    A broker that does not answer is no error for whoever rings: the reaper rings again.
    """
    try:
        for _ in range(settings.PUMPS_PER_BATCH if pumps is None else pumps):
            pump.delay(batch_id)
    except OperationalError as error:
        log.warning("ring.unheard", batch=batch_id, error=str(error))


@worker_ready.connect
def _reap_at_start(**_: Any) -> None:
    """A restarted worker takes up what a killed one left, without waiting for the reaper."""
    reap.delay()
