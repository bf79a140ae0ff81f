"""The links of the line that the chain begins with: edge, grade, trace, and the line itself."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from pipeline import store
from pipeline.core.errors import ArtefactError
from pipeline.core.release_format import (
    ReleasedEdge,
    ReleasedGrade,
    ReleasedPathGrade,
    TraceLine,
    released_line,
)
from pipeline.models import Event, KnowledgeGraph
from pipeline.sources.open_graphs import open_graph
from review.finetuned.chain.link import ChainLink
from review.finetuned.chain.sample import MOST_LOOKED_AT, Sample
from review.models import Grade, PathGrade, Release, StepLabel
from review.releases.manifest import audit_heads_of
from review.reports.document import Link as PageLink

GRADED = ("grade.submitted", "grade.amended")
# What the event of a grade repeats of it.
IN_EVENTS = ("decision", "cot_precision", "cot_coherence", "revision")
# What only the line holds: where the trace stands, terms as they were, and grades.
OF_THE_LINE = (
    *("trace_id", "licence", "graph", "preset", "question_id", "cluster", "split"),
    *("provenance", "terms", "place", "grades", "consensus", "correction"),
)


def sample_links(sample: Sample) -> Iterator[ChainLink]:
    """Edge, grade, trace and line, each held against what it was made of."""
    if sample.line is None or sample.grade is None or sample.edge is None:
        yield ChainLink("A graded edge").absent(
            f"None of the first {MOST_LOOKED_AT} graded rows of the release has a grade of an "
            "edge: the chain begins with a trace."
        )
    else:
        yield _edge_link(sample.line, sample.edge, sample.says)
        yield _grade_link(sample, sample.grade)
    yield _record_link(sample)
    yield _line_link(sample)


def _edge_link(line: TraceLine, edge: ReleasedEdge, says: str) -> ChainLink:
    """The edge against the graph that the line names."""
    link = ChainLink("A graded edge", f"{_told(line, edge)}: {says}", of_a_grade=True)
    if line.graph is None:
        return link.absent("The line names no graph.")
    link = replace(link, sha256=line.graph.checksum)
    graph = KnowledgeGraph.objects.filter(checksum=line.graph.checksum).first()
    if graph is None:
        return link.absent(f"The graph {line.graph.name} {line.graph.version} is not loaded here.")
    try:
        stated = open_graph(graph).edges_between(edge.head, edge.tail)
    except (ArtefactError, KeyError) as error:
        return link.broken(f"The graph cannot tell: {error}")
    if (edge.head, edge.tail, edge.relation) not in {
        (one.head, one.tail, one.relation) for one in stated
    }:
        return link.broken(f"The graph {graph} of this checksum states no such edge.")
    return link.holds(f"The graph {graph} states it; the checksum is the graph's.")


def _told(line: TraceLine, edge: ReleasedEdge) -> str:
    names = {node.index: node.name for path in line.paths for node in path.nodes}
    head, tail = names.get(edge.head, edge.head), names.get(edge.tail, edge.tail)
    return f"{head}, {edge.display_relation or edge.relation}, {tail}"


def _grade_link(sample: Sample, grade: ReleasedGrade) -> ChainLink:
    """The grade in the line against the grade in its table and its event in the study's audit."""
    what = f"Rater {grade.rater}, revision {grade.revision}, decision {grade.decision}"
    link = ChainLink("Its grade", what, of_a_grade=True)
    row = Grade.objects.filter(
        item=sample.row.item_id, reviewer__pseudonym=grade.rater, revision=grade.revision
    ).first()
    if row is None:
        return link.broken("No such grade is stored here.")
    if _stored(row, grade) != grade:
        return link.broken("The line says another thing than the grade that is stored.")
    event = _event_of(row)
    if event is None:
        return link.broken("The audit has no event of it.")
    link = replace(link, sha256=event.digest)
    if why := _event_fault(event, grade, sample.row.release):
        return link.broken(why)
    return link.holds(
        "The line has it as it is stored; the checksum is that of its event in the study's audit, "
        "which repeats decision, precision and coherence of the whole."
    )


def _event_of(row: Grade) -> Event | None:
    events = Event.objects.filter(subject_type=Grade._meta.label_lower, subject_id=str(row.pk))
    return events.filter(action__in=GRADED).select_related("chain").first()


def _stored(row: Grade, like: ReleasedGrade) -> ReleasedGrade:
    """The grade as its tables have it now, in the form of a released one."""
    labels = StepLabel.objects.filter(grade=row).order_by("step").values_list("label", flat=True)
    paths = PathGrade.objects.filter(grade=row).order_by("path")
    changes = {
        "rubric_version": row.rubric_version,
        "cot_precision": row.cot_precision,
        "cot_coherence": row.cot_coherence,
        "decision": row.decision,
        "answer_key_disputed": row.answer_key_disputed,
        "safety_flag": row.safety_flag,
        "step_labels": tuple(labels),
        "first_incorrect_step": row.first_incorrect_step,
        "active_seconds": row.active_seconds,
        "path_grades": tuple(
            ReleasedPathGrade(
                path=one.path,
                precision=one.precision,
                coherence=one.coherence,
                invalid_edges=tuple(one.invalid_edges),
            )
            for one in paths
        ),
    }
    return like.model_copy(update=changes)


def _event_fault(event: Event, grade: ReleasedGrade, release: Release) -> str:
    """What is wrong with the event of a grade; empty where nothing is."""
    if event.digest != event.computed_digest():
        return "The event of the grade was changed after it was written."
    if any(event.payload.get(name) != getattr(grade, name) for name in IN_EVENTS):
        return "The event of the grade says another thing than the line."
    heads = {head["chain"]: head["length"] for head in audit_heads_of(release.manifest)}
    if event.position > heads.get(event.chain.name, 0):
        return "The event of the grade was written after the release recorded its audit."
    return ""


def _record_link(sample: Sample) -> ChainLink:
    trace = sample.row.trace
    page = PageLink(str(trace.key), "pipeline:trace", (str(trace.key),))
    link = ChainLink("Its trace", f"Trace {trace.key}", trace.record_sha256, page, of_a_grade=True)
    sha256 = hashlib.sha256(trace.record.encode()).hexdigest()
    if sha256 != trace.record_sha256:
        return link.broken(f"What is stored of it has sha256 {sha256[:12]}…: it was changed.")
    return link.holds(
        "The checksum is that of what is stored of it: question, paths, steps, verdict."
    )


def _line_link(sample: Sample) -> ChainLink:
    """The line against what the trace gives when it is written as a line again."""
    row = sample.row
    sha256 = hashlib.sha256(row.line.encode()).hexdigest()
    what = f"Line {row.position:,} of {row.release}"
    link = ChainLink("Its released line", what, sha256, of_a_grade=True)
    if sample.line is None:
        return link.broken("The stored line is none that a release writes: it was changed.")
    if _written_again(sample, sample.line) != row.line:
        return link.broken("The trace gives another line: one of the two was changed.")
    return link.holds("Written again from the trace, it is the same, byte for byte.")


def _written_again(sample: Sample, line: TraceLine) -> str:
    """The line of the stored trace; empty where it makes none."""
    try:
        record = store.trace_record(sample.row.trace)
        return released_line(record, **{name: getattr(line, name) for name in OF_THE_LINE})
    except ValueError:
        return ""
