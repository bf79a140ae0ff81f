"""Traces as released JSON lines: with their grades and consensus, or bare."""

from collections.abc import Iterator, Sequence

from pipeline import store
from pipeline.core.release_format import (
    GraphReference,
    ReleasedConsensus,
    ReleasedGrade,
    ReleasedPathGrade,
    released_line,
)
from pipeline.models import Batch, Trace
from review.models import Grade
from review.statistics.ratings import Consensus

ROWS_AT_ONCE = 200


def trace_line(row: Trace, *, grades: Sequence[Grade] = (), agreed: Consensus | None = None) -> str:
    """One trace as a released line. Grades appear by pseudonym, in the order of pseudonyms."""
    graph = row.batch.knowledge_graph
    judged = [grade for grade in grades if not grade.cannot_judge]
    return released_line(
        store.trace_record(row),
        trace_id=str(row.key),
        licence=row.question.question_set.licence,
        graph=GraphReference(name=graph.name, version=str(graph.version), checksum=graph.checksum),
        preset=row.batch.config["preset"],
        grades=sorted((_grade(grade) for grade in judged), key=lambda grade: grade.rater),
        consensus=_consensus(agreed),
    )


def batch_lines(batch: Batch, *, only_kept: bool) -> Iterator[str]:
    """The made traces of a batch as lines without grades, for use inside the house."""
    rows = batch.traces.filter(is_current=True, state=Trace.State.MADE).order_by("pk")
    if only_kept:
        rows = rows.filter(kept=True)
    related = rows.select_related("question__question_set", "batch__knowledge_graph")
    for row in related.iterator(chunk_size=ROWS_AT_ONCE):
        yield trace_line(row)


def _grade(grade: Grade) -> ReleasedGrade:
    paths = tuple(
        ReleasedPathGrade(path=one.path, precision=one.precision, coherence=one.coherence)
        for one in grade.path_grades.all()
    )
    return ReleasedGrade.model_validate(
        {
            "rater": grade.reviewer.pseudonym,
            "rubric_version": grade.rubric_version,
            "cot_precision": grade.cot_precision,
            "cot_coherence": grade.cot_coherence,
            "decision": grade.decision,
            "path_grades": paths,
        }
    )


def _consensus(agreed: Consensus | None) -> ReleasedConsensus | None:
    if agreed is None:
        return None
    return ReleasedConsensus.model_validate(
        {
            "precision": agreed.precision,
            "coherence": agreed.coherence,
            "decision": agreed.decision,
            "basis": agreed.basis,
            "grades": agreed.ratings,
        }
    )
