"""The reaper: requeues what a dead worker left, so that a lost message costs time, never work.

Every worker has one, in a thread of its own: it goes round however busy the others are. Several
do no harm, since a round only compares and sets.
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.db import connections
from django.utils.module_loading import import_string

from pipeline.log import log


def reap() -> None:
    """One round: call every function that REAPERS names."""
    for name in settings.REAPERS:
        import_string(name)()


def keep_reaping(wait: Callable[[float], object] = time.sleep) -> None:
    """A round at once, for what a killed worker left, then one every REAP_SECONDS, for ever."""
    while True:
        try:
            reap()
        except Exception:
            # One bad round (a database restart, say) must not end the reaper.
            log.exception("reap.failed")
        finally:
            connections.close_all()
        wait(settings.REAP_SECONDS)
