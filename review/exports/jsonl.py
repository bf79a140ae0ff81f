"""Traces as released JSON lines: with their grades and consensus, or bare."""

from collections.abc import Iterable, Iterator

from pipeline import store
from pipeline.core.release_format import (
    GraphReference,
    ReleasedConsensus,
    ReleasedGrade,
    ReleasedPathGrade,
    released_line,
)
from pipeline.models import Batch, Trace
from review.evidence import Evidence
from review.given import GivenGrade, GivenPath
from review.models import Item
from review.statistics.ratings import Consensus, Rating

ROWS_AT_ONCE = 200


def trace_line(row: Trace, evidence: Evidence | None = None) -> str:
    """One trace as a released line. Grades appear by pseudonym, in the order of pseudonyms."""
    graph = row.batch.knowledge_graph
    grades = evidence.grades if evidence else ()
    return released_line(
        store.trace_record(row),
        trace_id=str(row.key),
        licence=row.question.question_set.licence,
        graph=GraphReference(name=graph.name, version=str(graph.version), checksum=graph.checksum),
        preset=row.batch.config["preset"],
        grades=[
            _grade(grade, grade.rating)
            for grade in sorted(grades, key=lambda grade: grade.rater)
            if grade.rating is not None
        ],
        consensus=_consensus(evidence.consensus if evidence else None),
    )


def traces_of_items(items: Iterable[int]) -> dict[int, Trace]:
    """The traces of items by the items' numbers, with all that a line is made of."""
    related = ("trace__question__question_set", "trace__batch__knowledge_graph")
    rows = Item.objects.filter(pk__in=list(items)).select_related(*related)
    return {row.pk: row.trace for row in rows}


def batch_lines(batch: Batch, *, only_kept: bool) -> Iterator[str]:
    """The made traces of a batch as lines without grades, for use inside the house."""
    rows = batch.traces.filter(is_current=True, state=Trace.State.MADE).order_by("pk")
    if only_kept:
        rows = rows.filter(kept=True)
    related = rows.select_related("question__question_set", "batch__knowledge_graph")
    for row in related.iterator(chunk_size=ROWS_AT_ONCE):
        yield trace_line(row)


def _grade(grade: GivenGrade, rating: Rating) -> ReleasedGrade:
    return ReleasedGrade.model_validate(
        {
            "rater": grade.rater,
            "rubric_version": grade.rubric_version,
            "cot_precision": rating.precision,
            "cot_coherence": rating.coherence,
            "decision": rating.decision,
            "path_grades": tuple(_path_grade(path) for path in grade.paths),
        }
    )


def _path_grade(path: GivenPath) -> ReleasedPathGrade:
    return ReleasedPathGrade(path=path.path, precision=path.precision, coherence=path.coherence)


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
