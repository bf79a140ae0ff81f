"""Making the items of a job: claim, make, save, in one thread or in many.

An item whose calls had to stop (the budget is spent, the endpoint's circuit is open) goes back
untouched, and so does the job's other work: `JobWorker.halt_reason` says why.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connections

from pipeline.db.leases import renewed_lease
from pipeline.jobs.claims import claim_item, release_claim
from pipeline.ledger.call import ItemCalls
from pipeline.models import Job

# Makes a claimed item, its calls accounted for in the second argument, and returns what saves it
# after so many seconds; that says whether the item was still this worker's.
Save = Callable[[float], bool]
Make = Callable[[Any, ItemCalls], Save]


@dataclass
class JobWorker:
    """Makes items of one job, in several threads, until a deadline (monotonic seconds).

    `max_claimed` bounds how many items of the job are claimed at a time, by all workers.
    """

    job: Job
    make: Make
    deadline: float
    max_claimed: int | None = None
    on_progress: Callable[[], object] = lambda: None
    settled: int = 0
    halt_reason: str | None = None
    errors: list[BaseException] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, threads: int) -> None:
        """Work in so many threads; with one, in the caller's own. Raises what ended one."""
        if threads == 1:
            self._work()
            return
        workers = [
            threading.Thread(target=self._work_in_thread, daemon=True) for _ in range(threads)
        ]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        if self.errors:
            raise self.errors[0]

    def _work_in_thread(self) -> None:
        try:
            self._work()
        except BaseException as error:
            self.errors.append(error)
        finally:
            connections.close_all()

    def _work(self) -> None:
        while self.halt_reason is None and not self.errors and time.monotonic() < self.deadline:
            row = claim_item(self.job, max_claimed=self.max_claimed)
            if row is None:
                return
            calls, start = ItemCalls(), time.monotonic()
            with renewed_lease(row):
                save = self.make(row, calls)
            if calls.halt_reason is not None:
                release_claim(row)
                # An empty reason concerns this item only: the others go on.
                self.halt_reason = self.halt_reason or calls.halt_reason or None
            elif save(time.monotonic() - start):
                with self.lock:
                    self.settled += 1
                    self.on_progress()
