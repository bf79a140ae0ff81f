"""`manage.py reap`: one round of the reaper by hand; workers go round by themselves."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from pipeline.reaper import reap


class Command(BaseCommand):
    help = "Give the work of killed workers back to the queue, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="the default; nothing else is possible"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        reap()
