"""Rows of a bundle's tables, read from one released line."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.core.release_format import Schema, TraceLine


class PublishedRow(Schema):
    """The columns of the published MedReason data set, then the question's id and its cluster."""

    dataset_name: str
    id_in_dataset: str
    question: str
    answer: str
    reasoning: str
    options: str
    question_id: str
    cluster: str
    split: str


class TraceRow(Schema):
    """What every row about one trace names: see the columns of the same names in `traces`."""

    trace_id: str
    question_id: str
    cluster: str
    split: str
    licence: str


class GradeRow(TraceRow):
    """One grade of one trace, by a pseudonymous rater; scales from 1 to 5.

    `first_incorrect_step` is 0 where no step is incorrect and null where none was labelled.
    `active_seconds` leave idle time out.
    """

    rater: str
    rubric_version: str
    revision: int
    cot_precision: int
    cot_coherence: int
    decision: str
    answer_key_disputed: bool
    safety_flag: str
    first_incorrect_step: int | None
    active_seconds: int | None


class StepRow(TraceRow):
    """One rater's label of one step (numbered from 1)."""

    rater: str
    rubric_version: str
    step: int
    label: str


class PathGradeRow(TraceRow):
    """One rater's grade of one cited path; scales from 1 to 5.

    `path` is the path's position in the trace from 0, `invalid_edges` are positions from 0 in
    the `edges` of its row in the paths.
    """

    rater: str
    rubric_version: str
    path: int
    precision: int
    coherence: int
    invalid_edges: tuple[int, ...]


class EdgeCell(Schema):
    """One statement of the graph; `hop` i joins nodes i and i + 1 of the path."""

    hop: int
    head: int
    tail: int
    relation: str
    display_relation: str
    polarity: str


class PathRow(TraceRow):
    """One path of a trace: node indices in the graph of this checksum, and every edge."""

    path: int
    graph_checksum: str
    layer: str
    cited: bool
    nodes: tuple[int, ...]
    edges: tuple[EdgeCell, ...]


def published_rows(line: TraceLine) -> Iterator[PublishedRow]:
    """The line in the published columns."""
    columns = line.model_dump(include=set(PublishedRow.model_fields))
    yield PublishedRow.model_validate(columns | {"split": line.split or ""})


def trace_columns(line: TraceLine) -> Mapping[str, Any]:
    """The columns of a `TraceRow` of the line; lines of early formats are in no split."""
    return {
        "trace_id": line.trace_id,
        "question_id": line.question_id,
        "cluster": line.cluster,
        "split": line.split or "",
        "licence": line.licence,
    }


def grade_rows(line: TraceLine) -> Iterator[GradeRow]:
    """One row a grade."""
    for grade in line.grades:
        fields = grade.model_dump(exclude={"step_labels", "path_grades"})
        yield GradeRow(**trace_columns(line), **fields)


def step_rows(line: TraceLine) -> Iterator[StepRow]:
    """One row a grade and labelled step."""
    for grade in line.grades:
        for step, label in enumerate(grade.step_labels, start=1):
            yield StepRow(
                **trace_columns(line),
                rater=grade.rater,
                rubric_version=grade.rubric_version,
                step=step,
                label=label,
            )


def path_grade_rows(line: TraceLine) -> Iterator[PathGradeRow]:
    """One row a grade and graded path."""
    for grade in line.grades:
        for path_grade in grade.path_grades:
            yield PathGradeRow(
                **trace_columns(line),
                rater=grade.rater,
                rubric_version=grade.rubric_version,
                **path_grade.model_dump(),
            )


def path_rows(line: TraceLine) -> Iterator[PathRow]:
    """One row a path."""
    for position, path in enumerate(line.paths):
        yield PathRow(
            **trace_columns(line),
            path=position,
            graph_checksum=line.graph.checksum if line.graph else "",
            layer=path.layer,
            cited=path.cited,
            nodes=tuple(node.index for node in path.nodes),
            edges=tuple(
                EdgeCell(hop=hop, **edge.model_dump())
                for hop, edges in enumerate(path.hops)
                for edge in edges
            ),
        )
