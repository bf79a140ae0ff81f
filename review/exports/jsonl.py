"""Traces as released JSON lines: with their grades and consensus, or bare."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.db.models import Prefetch

from pipeline import store
from pipeline.core.release_format import (
    GraphReference,
    Place,
    ReleasedConsensus,
    ReleasedCorrection,
    ReleasedGrade,
    ReleasedPathGrade,
    Split,
    released_line,
)
from pipeline.models import Batch, KnowledgeGraph, Trace
from pipeline.statistics.consensus import Consensus, Rating
from review.evidence.grade_records import GradeRecord, PathGradeRecord
from review.evidence.items import Evidence
from review.exports.provenance import licence_of, provenance_of, terms_of, with_provenance
from review.models import Correction, Item

CHUNK_SIZE = 200


def item_line(
    item: Item, evidence: Evidence, *, cluster: str, split: Split, weight: float | None
) -> str:
    """The line of a sampled item as `items_to_release` fetched it, with its grades and consensus.

    Grades appear by pseudonym, in the order of pseudonyms. `weight`: how many released traces it
    stands for.
    """
    grades = sorted(evidence.grades, key=lambda grade: grade.rater)
    return _line(
        item.trace,
        cluster=cluster,
        split=split,
        place=Place(
            study=item.study.name,
            stratum=evidence.stratum,
            inclusion_probability=evidence.probability,
            weight=weight,
        ),
        grades=[_grade(grade, grade.rating) for grade in grades if grade.rating is not None],
        consensus=_consensus(evidence.consensus, evidence.step_labels),
        correction=_correction(item),
    )


def items_to_release(items: Iterable[int]) -> dict[int, Item]:
    """Items by their ids, with everything a line needs besides the evidence."""
    batch = (
        *("trace__batch__knowledge_graph", "trace__batch__configuration"),
        *("trace__batch__reasoner_endpoint", "trace__batch__reader_endpoint"),
    )
    related = ("study", "trace__question__question_set")
    corrections = Correction.objects.filter(is_current=True)
    rows = Item.objects.filter(pk__in=list(items)).select_related(*related, *batch)
    with_corrections = rows.prefetch_related(
        Prefetch("corrections", corrections, to_attr="correction")
    )
    found: dict[int, Item] = {row.pk: row for row in with_corrections}
    with_provenance(item.trace for item in found.values())
    return found


def trace_line(row: Trace, *, cluster: str, split: Split) -> str:
    """The line of a trace that nobody graded, as `traces_to_release` fetched it."""
    return _line(row, cluster=cluster, split=split)


def traces_to_release(traces: Iterable[int]) -> dict[int, Trace]:
    """Traces by their ids, with everything a line needs."""
    batch = (
        *("batch__knowledge_graph", "batch__configuration"),
        *("batch__reasoner_endpoint", "batch__reader_endpoint"),
    )
    rows = Trace.objects.filter(pk__in=list(traces))
    found = rows.select_related("question__question_set", *batch).in_bulk()
    with_provenance(found.values())
    return found


def batch_lines(batch: Batch, *, only_kept: bool) -> Iterator[str]:
    """The made traces of a batch as lines without grades, for internal use."""
    rows = batch.traces.of_key().filter(is_current=True, state=Trace.State.MADE).order_by("pk")
    if only_kept:
        rows = rows.filter(kept=True)
    batch_of = (
        *("batch__knowledge_graph", "batch__configuration"),
        *("batch__reasoner_endpoint", "batch__reader_endpoint"),
    )
    related = rows.select_related("question__question_set", *batch_of)
    remaining = related.iterator(chunk_size=CHUNK_SIZE)
    while block := with_provenance(islice(remaining, CHUNK_SIZE)):
        for row in block:
            yield _line(row, cluster=str(row.question), split="train")


def _line(row: Trace, **fields: Any) -> str:
    if row.is_placebo:
        raise ValueError(f"Trace {row.key} argues for a wrong option: it is never released.")
    graph = row.batch.knowledge_graph
    return released_line(
        store.trace_record(row),
        trace_id=str(row.key),
        licence=licence_of(row),
        graph=_reference(graph) if graph else None,
        preset=row.batch.configuration_name,
        question_id=str(row.question),
        provenance=provenance_of(row),
        terms=terms_of(row),
        **fields,
    )


def _reference(graph: KnowledgeGraph) -> GraphReference:
    return GraphReference(name=graph.name, version=str(graph.version), checksum=graph.checksum)


def _grade(grade: GradeRecord, rating: Rating) -> ReleasedGrade:
    return ReleasedGrade.model_validate(
        {
            "rater": grade.rater,
            "rubric_version": grade.rubric_version,
            "revision": grade.revision,
            "cot_precision": rating.precision,
            "cot_coherence": rating.coherence,
            "decision": rating.decision,
            "answer_key_disputed": grade.answer_key_disputed,
            "safety_flag": grade.safety_flag,
            "step_labels": tuple(label for _, label in grade.steps),
            "first_incorrect_step": rating.first_incorrect_step,
            "active_seconds": grade.active_seconds,
            "path_grades": tuple(_path_grade(path) for path in grade.paths),
        }
    )


def _path_grade(path: PathGradeRecord) -> ReleasedPathGrade:
    return ReleasedPathGrade.model_validate(path)


def _consensus(agreed: Consensus | None, steps: tuple[str, ...]) -> ReleasedConsensus | None:
    if agreed is None:
        return None
    return ReleasedConsensus.model_validate(
        {
            "precision": agreed.precision,
            "coherence": agreed.coherence,
            "decision": agreed.decision,
            "basis": agreed.basis,
            "grades": agreed.ratings,
            "step_labels": steps,
        }
    )


def _correction(item: Item) -> ReleasedCorrection | None:
    rows: list[Correction] = item.correction  # type: ignore[attr-defined]
    if not rows:
        return None
    return ReleasedCorrection(steps=tuple(rows[0].steps), conclusion=rows[0].conclusion)
