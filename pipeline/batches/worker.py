"""Making the traces of a batch: claim, make, save, in one thread or in many.

A trace whose calls had to stop (the budget is spent, the endpoint's circuit is open) goes back
untouched, and so does the batch's other work: `Work.halted` says why.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import connections

from pipeline import store
from pipeline.batches.claims import claim_trace, release_claim
from pipeline.batches.tools import Supply
from pipeline.core.errors import UnexpectedError
from pipeline.core.method import make_trace
from pipeline.core.records import Failure
from pipeline.core.records import Trace as TraceRecord
from pipeline.db.leases import lease_kept
from pipeline.ledger.ledgered_model import Course
from pipeline.log import log
from pipeline.models import Batch, Question, Trace


@dataclass
class Work:
    """What several threads do for one batch until a moment (monotonic seconds) has come.

    `at_most` bounds how many traces of the batch are in work at a time, by all workers.
    """

    batch: Batch
    supply: Supply
    until: float
    at_most: int | None = None
    each: Callable[[], object] = lambda: None
    settled: int = 0
    halted: str | None = None
    defects: list[BaseException] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, threads: int) -> None:
        """Work in so many threads; with one, in the caller's own. Raises what ended one."""
        if threads == 1:
            self._go_on()
            return
        hands = [threading.Thread(target=self._in_thread, daemon=True) for _ in range(threads)]
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
        if self.defects:
            raise self.defects[0]

    def _in_thread(self) -> None:
        try:
            self._go_on()
        except BaseException as defect:
            self.defects.append(defect)
        finally:
            connections.close_all()

    def _go_on(self) -> None:
        while self.halted is None and not self.defects and time.monotonic() < self.until:
            row = claim_trace(self.batch, at_most=self.at_most)
            if row is None:
                return
            self._make(row)

    def _make(self, row: Trace) -> None:
        question = Question.objects.select_related("question_set").get(pk=row.question_id)
        course, began = Course(), time.monotonic()
        with lease_kept(row):
            trace = made(row, question, self.supply, course)
        if course.halted is not None:
            release_claim(row)
            self.halted = self.halted or course.halted or None
        elif store.save_trace(row, trace, seconds=time.monotonic() - began):
            with self.lock:
                self.settled += 1
                self.each()


def made(row: Trace, question: Question, supply: Supply, course: Course) -> TraceRecord:
    """One trace, made or failed; a defect becomes a typed failure of it."""
    record = store.question_record(question)
    config = supply.config.for_sample(row.sample_index)
    try:
        return make_trace(record, supply.tools_for(row, course), config)
    except Exception as error:
        # A defect of ours must not lose the trace or stop the batch: it becomes a typed failure.
        log.exception("trace.unexpected_error", trace=row.pk)
        failure = UnexpectedError(f"{type(error).__name__}: {error}")
        return TraceRecord(
            question=record,
            graph_checksum=supply.graph.checksum,
            config_fingerprint=config.fingerprint,
            sample_index=config.sample_index,
            reasoner_kind=config.reasoner_kind,
            failure=Failure(failure.stage, failure.reason, failure.detail),
        )
