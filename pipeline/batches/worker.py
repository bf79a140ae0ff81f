"""Making the traces of a batch: claim, make, save, in one thread or in many.

A trace whose calls had to stop (the budget is spent, the endpoint's circuit is open) goes back
untouched, and so does the batch's other work: `BatchWorker.halt_reason` says why.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import connections

from pipeline import store
from pipeline.batches.claims import claim_trace, release_claim
from pipeline.batches.evaluation.arms import question_of_arm
from pipeline.batches.tools import BatchTools
from pipeline.core.errors import UnexpectedError
from pipeline.core.method import make_trace
from pipeline.core.records import Failure, TraceRecord
from pipeline.db.leases import renewed_lease
from pipeline.ledger.call import TraceCalls
from pipeline.log import log
from pipeline.models import Batch, Question, Trace


@dataclass
class BatchWorker:
    """Makes traces of one batch, in several threads, until a deadline (monotonic seconds).

    `max_claimed` bounds how many traces of the batch are claimed at a time, by all workers.
    """

    batch: Batch
    tools: BatchTools
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
            row = claim_trace(self.batch, max_claimed=self.max_claimed)
            if row is None:
                return
            self._make(row)

    def _make(self, row: Trace) -> None:
        question = Question.objects.select_related("question_set").get(pk=row.question_id)
        calls, start = TraceCalls(), time.monotonic()
        with renewed_lease(row):
            trace = _make_or_fail(row, question, self.tools, calls)
        if calls.halt_reason is not None:
            release_claim(row)
            # An empty reason concerns this trace only: the others go on.
            self.halt_reason = self.halt_reason or calls.halt_reason or None
        elif store.save_trace(row, trace, seconds=time.monotonic() - start):
            with self.lock:
                self.settled += 1
                self.on_progress()


def _make_or_fail(
    row: Trace, question: Question, tools: BatchTools, calls: TraceCalls
) -> TraceRecord:
    record = store.question_record(question)
    config = tools.config.for_sample(row.sample_index)
    try:
        record = question_of_arm(row.arm, record, tools.graph, config)
        return make_trace(record, tools.for_trace(row, calls), config)
    except Exception as error:
        # A defect of ours must not lose the trace or stop the batch: it becomes a typed failure.
        log.exception("trace.unexpected_error", trace=row.pk)
        failure = UnexpectedError(f"{type(error).__name__}: {error}")
        return TraceRecord(
            question=record,
            graph_checksum=tools.graph.checksum,
            config_fingerprint=config.fingerprint,
            sample_index=config.sample_index,
            reasoner_kind=config.reasoner_kind,
            failure=Failure(failure.stage, failure.reason, failure.detail),
        )
