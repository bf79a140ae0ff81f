"""`manage.py reap`: return expired leases and ring for what waits for a worker, every minute."""

import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils.module_loading import import_string

from pipeline.log import log


class Command(BaseCommand):
    help = "Look after leases: what a killed worker had in hand goes back to the others."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one round, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            _reap()
        else:
            _go_on_until_stopped()


def _go_on_until_stopped() -> None:
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    _round()
    while not stopped.wait(settings.REAP_SECONDS):
        _round()


def _round() -> None:
    close_old_connections()
    try:
        _reap()
    except Exception:
        # One bad round (a database restart, say) must not end the reaper.
        log.exception("reap.failed")


def _reap() -> None:
    for name in settings.REAPERS:
        import_string(name)()
