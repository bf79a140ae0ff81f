"""Working on a job from the command line (`--wait`), with a bar of what is settled."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from tqdm import tqdm

from pipeline.jobs.claims import return_expired_leases
from pipeline.jobs.lifecycle import open_items
from pipeline.jobs.pace import time_left
from pipeline.models import Job

FORMAT = "{l_bar}{bar}| {n_fmt}/{total_fmt} {unit} [{elapsed}{postfix}]"
EVERY_SECONDS, IDLE_SECONDS = 5.0, 0.5


class JobBar:
    """A bar over all items of a job; what other workers settle is caught up on.

    The time left is told as on the job's page, and looked up every few seconds. `advance` may
    be called from any thread, by one at a time.
    """

    def __init__(
        self, job: Job, *, clock: Callable[[], float] = time.monotonic, **bar: Any
    ) -> None:
        self.job, self.clock = job, clock
        items = str(job.items.model._meta.verbose_name_plural)
        self.total = job.items.count()
        self.bar = tqdm(
            total=self.total, bar_format=FORMAT, **({"disable": None, "unit": items} | bar)
        )
        self.looked_at = clock()

    def __enter__(self) -> "JobBar":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.bar.close()

    def advance(self) -> None:
        """One more item is settled."""
        self.bar.update()
        if not self.bar.disable and self.clock() >= self.looked_at + EVERY_SECONDS:
            self._look()

    def catch_up(self) -> None:
        """Count what is settled by now, whoever did it."""
        self.bar.update(self.total - open_items(self.job).count() - self.bar.n)
        if not self.bar.disable:
            self._look()

    def _look(self) -> None:
        self.looked_at = self.clock()
        left = time_left(self.job, now=timezone.now())
        self.bar.set_postfix_str(str(left) if left else "")


def work_here(job: Job, work: Callable[[Callable[[], None]], int]) -> None:
    """Make a job's items in this process, beside any workers, until it stops running.

    `work` makes some, calling what it is given after each, and returns how many. While there is
    nothing to make, what a killed process held is taken over once its lease has run out. Raises
    CommandError where the job pauses.
    """
    with JobBar(job) as bar:
        while job.state == Job.State.RUNNING:
            if not work(bar.advance):
                return_expired_leases()
                time.sleep(IDLE_SECONDS)
            bar.catch_up()
            job.refresh_from_db()
    if job.state == Job.State.PAUSED:
        raise CommandError(f"The {job.kind} paused: {job.pause_reason or 'a lead paused it.'}")
