"""Celery is a doorbell: a release's id in, one call."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from kombu.exceptions import OperationalError

from review import releasing
from review.log import log
from review.models import Release


@shared_task
def finish_release(release_id: int) -> None:
    """Do what is left to do for a release; nothing when it is done, held, or gone."""
    for release in Release.objects.select_related("study", "created_by").filter(pk=release_id):
        releasing.finish(release)


@shared_task
def reap() -> None:
    """Ring for every release that waits for a worker, also for one whose worker died."""
    for release in releasing.unfinished_releases():
        ring(release.pk)


def ring(release_id: int) -> None:
    """Ring for a worker. Call it on commit; a broker that does not answer is no error."""
    try:
        finish_release.delay(release_id)
    except OperationalError as error:
        log.warning("ring.unheard", release=release_id, error=str(error))


@worker_ready.connect
def _reap_at_start(**_: Any) -> None:
    """A restarted worker takes up what waits, without waiting for the reaper."""
    reap.delay()
