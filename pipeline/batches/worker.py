"""Making the traces of a batch: each by the method, with the batch's tools."""

from dataclasses import dataclass

from pipeline import store
from pipeline.batches.filters.arms import question_of_arm
from pipeline.batches.tools import BatchTools
from pipeline.core.errors import UnexpectedError
from pipeline.core.method import make_trace
from pipeline.core.records import Failure, TraceRecord
from pipeline.jobs.worker import Save
from pipeline.ledger.call import ItemCalls
from pipeline.log import log
from pipeline.models import Question, Trace


@dataclass(frozen=True)
class TraceMaker:
    """Makes claimed traces of one batch."""

    tools: BatchTools

    def __call__(self, row: Trace, calls: ItemCalls) -> Save:
        question = Question.objects.select_related("question_set").get(pk=row.question_id)
        trace = _make_or_fail(row, question, self.tools, calls)
        return lambda seconds: store.save_trace(row, trace, seconds=seconds)


def _make_or_fail(
    row: Trace, question: Question, tools: BatchTools, calls: ItemCalls
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
