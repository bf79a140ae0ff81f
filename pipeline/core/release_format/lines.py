"""One released line, from trace to text and back."""

import json
from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.core.records import CoT, Path, Question, TraceRecord
from pipeline.core.release_format.base import Position, Schema, Text
from pipeline.core.release_format.grades import ReleasedConsensus, ReleasedCorrection, ReleasedGrade
from pipeline.core.release_format.paths import GraphReference, ReleasedEdge, ReleasedPath

FORMAT_VERSION: Literal[2] = 2


class Place(Schema):
    """Where a trace stands in its study; `inclusion_probability` is null for what was put in."""

    study: Text
    stratum: str
    inclusion_probability: Annotated[float, Field(gt=0, le=1)] | None


class ReleasedStep(Schema):
    """One step of the CoT, numbered from 1, with the edges it rests on (none: none cited)."""

    number: Annotated[int, Field(ge=1)]
    text: Text
    edges: tuple[ReleasedEdge, ...]


class ReleasedFilter(Schema):
    """What one automatic filter says."""

    name: Text
    passed: bool
    score: float | None
    explanation: str


class ReleasedVerdict(Schema):
    """What all automatic filters say; passed only if every one of them passed."""

    passed: bool
    filters: tuple[ReleasedFilter, ...]

    @model_validator(mode="after")
    def _filters_decide(self) -> Self:
        if self.passed != all(result.passed for result in self.filters):
            raise ValueError("the verdict contradicts its filters")
        return self


class TraceLine(Schema):
    """One released line. The first six fields are the published MedReason columns."""

    dataset_name: Text
    id_in_dataset: Text
    question: Text
    answer: Text
    reasoning: Text
    options: str
    format_version: Literal[2]
    trace_id: Text
    reasoner_kind: Literal["demonstration", "language_model"]
    licence: Text
    graph: GraphReference
    config_fingerprint: Text
    preset: Text
    sample_index: Position
    place: Place | None
    context: str
    steps: tuple[ReleasedStep, ...]
    conclusion: Text
    paths: tuple[ReleasedPath, ...]
    verdict: ReleasedVerdict
    grades: tuple[ReleasedGrade, ...]
    consensus: ReleasedConsensus | None
    correction: ReleasedCorrection | None

    @model_validator(mode="after")
    def _citations_hold(self) -> Self:
        cited = {edge for step in self.steps for edge in step.edges}
        if not cited <= {edge for path in self.paths for edge in path.edges}:
            raise ValueError("a step rests on an edge that is in no path")
        if any(path.cited != bool(cited.intersection(path.edges)) for path in self.paths):
            raise ValueError("a path's mark `cited` contradicts the steps")
        if [step.number for step in self.steps] != list(range(1, len(self.steps) + 1)):
            raise ValueError("steps are not numbered from 1")
        return self

    @model_validator(mode="after")
    def _grades_hold(self) -> Self:
        for grade in self.grades:
            graded = [path_grade.path for path_grade in grade.path_grades]
            if len(set(graded)) < len(graded) or any(i >= len(self.paths) for i in graded):
                raise ValueError("a path grade names a path twice or one that is not there")
            for path_grade in grade.path_grades:
                edge_count = len(self.paths[path_grade.path].edges)
                if any(i >= edge_count for i in path_grade.invalid_edges):
                    raise ValueError("a path grade names an edge that is not there")
        return self

    @model_validator(mode="after")
    def _every_step_is_covered(self) -> Self:
        by_step: list[tuple[str, ...]] = [grade.step_labels for grade in self.grades]
        by_step += [self.consensus.step_labels] if self.consensus else []
        by_step += [self.correction.steps] if self.correction else []
        if any(len(texts) not in (0, len(self.steps)) for texts in by_step):
            raise ValueError("labels or corrections do not cover every step")
        return self


def reasoning_text(steps: Iterable[str], conclusion: str) -> str:
    """The published column `reasoning`: the numbered steps, then the conclusion."""
    numbered = [f"Step {number}: {text}" for number, text in enumerate(steps, start=1)]
    return "\n".join((*numbered, f"Conclusion: {conclusion}"))


def options_text(question: Question) -> str:
    """The published column `options`: one text of all choices; empty for free-text answers."""
    if not question.options:
        return ""
    choices = [f"{option.label}. {option.text}" for option in question.options]
    return "\n".join(("Answer Choices:", *choices))


def released_line(
    trace: TraceRecord,
    *,
    trace_id: str,
    licence: str,
    graph: GraphReference,
    preset: str,
    place: Place | None = None,
    grades: Iterable[ReleasedGrade] = (),
    consensus: ReleasedConsensus | None = None,
    correction: ReleasedCorrection | None = None,
) -> str:
    """A trace and its grades as one canonical JSON line, with its line end.

    Raises ValueError (pydantic's ValidationError included) for a trace without CoT or
    verdict, for a graph other than the trace's, and for anything the schema refuses.
    """
    if trace.cot is None or trace.verdict is None:
        raise ValueError("A trace without chain of thought and verdict cannot be released.")
    if trace.graph_checksum != graph.checksum:
        raise ValueError("The trace was made on another graph than the one named.")
    cited = frozenset(trace.cited_paths)
    trace_line = TraceLine.model_validate(
        {
            "dataset_name": trace.question.source,
            "id_in_dataset": trace.question.id_in_source,
            "question": trace.question.text,
            "answer": trace.question.answer_text,
            "reasoning": _reasoning(trace.cot),
            "options": options_text(trace.question),
            "format_version": FORMAT_VERSION,
            "trace_id": trace_id,
            "reasoner_kind": trace.reasoner_kind,
            "licence": licence,
            "graph": graph,
            "config_fingerprint": trace.config_fingerprint,
            "preset": preset,
            "sample_index": trace.sample_index,
            "place": place,
            "context": trace.question.context,
            "steps": trace.cot.steps,
            "conclusion": trace.cot.conclusion,
            "paths": tuple(_path(path, cited=i in cited) for i, path in enumerate(trace.paths)),
            "verdict": trace.verdict,
            "grades": tuple(grades),
            "consensus": consensus,
            "correction": correction,
        }
    )
    return _canonical(trace_line)


def parse_line(line: str) -> TraceLine:
    """A released line, checked. Raises ValueError unless it is exactly what was written."""
    trace_line = TraceLine.model_validate_json(line)
    if _canonical(trace_line) != line:
        raise ValueError("The line is not in the release's canonical form.")
    return trace_line


def _canonical(trace_line: TraceLine) -> str:
    """Separators U+2028 and U+2029 are escaped: some readers take them for line ends."""
    plain = trace_line.model_dump(mode="json")
    line = json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return line.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029") + "\n"


def _reasoning(cot: CoT) -> str:
    return reasoning_text((step.text for step in cot.steps), cot.conclusion)


def _path(path: Path, *, cited: bool) -> ReleasedPath:
    plain = {"layer": path.layer, "nodes": path.nodes, "hops": path.hops, "cited": cited}
    return ReleasedPath.model_validate(plain)
