"""The one door between core records and rows."""

import hashlib
import json
from typing import Any

from django.utils import timezone
from pydantic import TypeAdapter

from pipeline.core import records
from pipeline.core.cot import as_text
from pipeline.core.datasets.sameness import asked_sha256
from pipeline.core.features import TraceFeatures, features_of
from pipeline.core.kg.index import GraphSummary
from pipeline.db.leases import end_lease, leased_rows
from pipeline.models import KnowledgeGraph, Question, QuestionSet, Trace

_QUESTIONS = TypeAdapter(records.Question)
_TRACES = TypeAdapter(records.TraceRecord)
_FEATURES = TypeAdapter(TraceFeatures)
_COTS = TypeAdapter(records.CoT)


def question_record(row: Question) -> records.Question:
    """The question as the method reads it. `row.question_set` should be fetched with it."""
    return records.Question(
        source=row.question_set.source,
        id_in_source=row.id_in_source,
        text=row.text,
        options=tuple(records.Option(label, text) for label, text in row.options),
        answer_label=row.answer_label or None,
        answer_text=row.answer_text,
        context=row.context,
        long_answer=row.long_answer,
        specialty=row.specialty,
        topic=row.topic,
        question_type=row.question_type,
    )


def question_row(question_set: QuestionSet, question: records.Question) -> Question:
    """An unsaved row for the question."""
    return Question(
        question_set=question_set,
        id_in_source=question.id_in_source,
        text=question.text,
        options=[[option.label, option.text] for option in question.options],
        answer_label=question.answer_label or "",
        answer_text=question.answer_text,
        context=question.context,
        long_answer=question.long_answer,
        specialty=question.specialty,
        topic=question.topic,
        question_type=question.question_type,
        content_sha256=content_sha256(question),
        asked_sha256=asked_sha256(question.text, question.context),
    )


def content_sha256(question: records.Question) -> str:
    """Hash of what the question says, without the id it comes under and without what sources
    say of it that the first versions did not read."""
    plain: dict[str, Any] = _QUESTIONS.dump_python(question, mode="json")
    for name in ("id_in_source", "topic", "question_type"):
        del plain[name]
    return hashlib.sha256(_QUESTIONS_PLAIN.dump_json(plain)).hexdigest()


_QUESTIONS_PLAIN = TypeAdapter(dict[str, Any])


def trace_text(trace: records.TraceRecord) -> str:
    """The trace as canonical JSON: equal traces give equal bytes."""
    return _TRACES.dump_json(trace).decode()


def trace_record(row: Trace) -> records.TraceRecord:
    """The core trace of a settled row. Raises ValueError for a row without one."""
    if not row.record:
        raise ValueError(f"Trace {row.pk} has no record: its state is {row.state}.")
    return _TRACES.validate_json(row.record)


def cot_text(record: str) -> str | None:
    """The CoT of a row's record as plain text, without reading the rest; None without one."""
    written = json.loads(record)["cot"]
    return None if written is None else as_text(_COTS.validate_python(written))


def features_json(trace: records.TraceRecord) -> dict[str, Any]:
    """The trace's features as the row keeps them."""
    plain: dict[str, Any] = _FEATURES.dump_python(features_of(trace), mode="json")
    return plain


def trace_features(plain: dict[str, Any]) -> TraceFeatures:
    """The features a made row keeps in its column `features`."""
    return _FEATURES.validate_python(plain)


def made_verdict(row: Trace) -> records.Verdict:
    """The verdict of a made trace. Raises ValueError for any other."""
    verdict = trace_record(row).verdict
    if verdict is None:
        raise ValueError(f"Trace {row.pk} has no verdict: its state is {row.state}.")
    return verdict


def save_trace(row: Trace, trace: records.TraceRecord, *, seconds: float) -> bool:
    """Settle a claimed row with its trace, if this worker still holds the lease.

    Returns False, and changes nothing, when someone else has claimed the row since.
    """
    return end_lease(
        leased_rows(row).filter(state=Trace.State.CLAIMED),
        **settled_columns(trace),
        settled_at=timezone.now(),
        seconds=seconds,
    )


def settled_columns(trace: records.TraceRecord) -> dict[str, Any]:
    """What the columns of a row say of its settled trace."""
    text = trace_text(trace)
    failure, verdict = trace.failure, trace.verdict
    return {
        "state": Trace.State.FAILED if failure else Trace.State.MADE,
        "kept": None if failure else trace.kept,
        "rejections": ",".join(verdict.rejections) if verdict else "",
        "failure_stage": failure.stage if failure else "",
        "failure_reason": failure.reason if failure else "",
        "failure_detail": failure.detail if failure else "",
        "features": features_json(trace),
        "record": text,
        "record_sha256": hashlib.sha256(text.encode()).hexdigest(),
    }


def graph_row(
    *, name: str, version: int, source_file: str, folder: str, summary: GraphSummary
) -> KnowledgeGraph:
    """An unsaved row that registers a graph artefact."""
    return KnowledgeGraph(
        name=name,
        version=version,
        source_file=source_file,
        source_checksum=summary.source_checksum,
        synonyms_checksum=summary.synonyms_checksum,
        checksum=summary.checksum,
        folder=folder,
        node_count=summary.node_count,
        edge_count=summary.edge_count,
        synonym_count=summary.synonym_count,
        row_count=summary.row_count,
        nodes_by_type=dict(summary.nodes_by_type),
        rows_by_relation=dict(summary.rows_by_relation),
    )
