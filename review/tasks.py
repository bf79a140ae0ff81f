"""Celery tasks of the review: a release's id in, one call."""

from celery import shared_task

from pipeline.tasks import enqueue
from review.models import Release
from review.releases import lifecycle


@shared_task
def finish_release(release_id: int) -> None:
    """Do what is left to do for a release; nothing if it is done, leased, or gone."""
    for release in Release.objects.select_related("created_by").filter(pk=release_id):
        lifecycle.finish(release)


def requeue_unfinished() -> None:
    """The reaper's part: enqueue every release that waits, also one whose worker died."""
    for release in lifecycle.unfinished_releases():
        enqueue_release(release.pk)


def enqueue_release(release_id: int) -> None:
    """Have a worker finish a release. Call it on commit."""
    enqueue(finish_release, release_id)
