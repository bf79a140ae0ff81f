"""Bring the database up to date, saying how far it is: a new one takes a while."""

import io
from collections.abc import Callable

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.template.defaultfilters import pluralize

from pipeline.management.progress import Output, progress


def migrate(out: Output) -> None:
    """Apply what migrations there are; says nothing if there are none."""
    executor = MigrationExecutor(connection)
    pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if not pending:
        # Still needed: its post_migrate signal puts the append-only triggers back.
        call_command("migrate", interactive=False, verbosity=0)
        return
    title = f"Setting up the database: {pending} migration{pluralize(pending)}"
    with progress(out, title, pending) as count:
        call_command("migrate", interactive=False, verbosity=1, stdout=_Applied(count))


class _Applied(io.StringIO):
    """Takes what `migrate` prints, and counts the migrations it says are applied."""

    def __init__(self, count: Callable[[], None]) -> None:
        super().__init__()
        self.count = count

    def write(self, text: str) -> int:
        if text.strip() == "OK":
            self.count()
        return len(text)
