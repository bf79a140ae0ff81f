"""One released line, from trace to text and back."""

import json
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from pipeline.core.records import CoT, Edge, Path, Question, TraceRecord
from pipeline.core.release_format.base import Position, Schema, Text
from pipeline.core.release_format.chains import ReleasedRival, ReleasedStep, check_citations
from pipeline.core.release_format.grades import ReleasedConsensus, ReleasedCorrection, ReleasedGrade
from pipeline.core.release_format.paths import GraphReference, ReleasedPath

FORMAT_VERSION: Literal[3] = 3
# What lines of format 2 lack, as pydantic's `exclude`.
FORMAT_2_LACKS: Mapping[str, Any] = MappingProxyType(
    {"reaches_answer": True, "rivals": True, "verdict": {"filters": {"__all__": {"decides": True}}}}
)


class Place(Schema):
    """Where a trace stands in its study; `inclusion_probability` is null for what was put in."""

    study: Text
    stratum: str
    inclusion_probability: Annotated[float, Field(gt=0, le=1)] | None


class ReleasedFilter(Schema):
    """What one automatic filter says; one that does not decide only measures."""

    name: Text
    passed: bool
    score: float | None
    explanation: str
    decides: bool = True


class ReleasedVerdict(Schema):
    """What all automatic filters say; passed only if every one that decides passed."""

    passed: bool
    filters: tuple[ReleasedFilter, ...]

    @model_validator(mode="after")
    def _filters_decide(self) -> Self:
        if self.passed != all(result.passed for result in self.filters if result.decides):
            raise ValueError("the verdict contradicts its filters")
        return self


class TraceLine(Schema):
    """One released line. The first six fields are the published MedReason columns.

    `reaches_answer`: the paths end at entities of the answer; false where they end at those of
    the source's explanation only, null in lines of format 2, which do not say.
    """

    dataset_name: Text
    id_in_dataset: Text
    question: Text
    answer: Text
    reasoning: Text
    options: str
    format_version: Literal[2, 3]
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
    reaches_answer: bool | None = None
    verdict: ReleasedVerdict
    rivals: tuple[ReleasedRival, ...] = ()
    grades: tuple[ReleasedGrade, ...]
    consensus: ReleasedConsensus | None
    correction: ReleasedCorrection | None

    @model_validator(mode="after")
    def _citations_hold(self) -> Self:
        check_citations(self.steps, self.paths)
        for rival in self.rivals:
            check_citations(rival.steps, rival.paths)
        return self

    @model_validator(mode="after")
    def _format_holds(self) -> Self:
        if (self.format_version == 2) != (self.reaches_answer is None):
            raise ValueError("format_version contradicts what the line says")
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
            "paths": _paths(trace.paths, trace.cot),
            "reaches_answer": trace.reaches_answer,
            "verdict": trace.verdict,
            "rivals": tuple(_rivals(trace)),
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


def ends_at_explanation(line: str) -> bool:
    """Whether a line says that its paths end at none of the answer's entities.

    Read from the text as it stands: within a value its quotes would be escaped.
    """
    return '"reaches_answer":false' in line


def as_format_2(line: str) -> str:
    """The line as format 2 would have it, to compare it with one that was released so."""
    earlier = parse_line(line).model_copy(update={"format_version": 2})
    return _canonical(earlier)


def _canonical(trace_line: TraceLine) -> str:
    """Separators U+2028 and U+2029 are escaped: some readers take them for line ends."""
    lacks = FORMAT_2_LACKS if trace_line.format_version == 2 else {}
    plain = trace_line.model_dump(mode="json", exclude=dict(lacks))
    line = json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return line.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029") + "\n"


def _reasoning(cot: CoT) -> str:
    return reasoning_text((step.text for step in cot.steps), cot.conclusion)


def _paths(paths: Iterable[Path], cot: CoT) -> tuple[ReleasedPath, ...]:
    """The paths, those marked `cited` of which a step rests on an edge."""
    cited = {edge for step in cot.steps for edge in step.edges}
    return tuple(_path(path, cited) for path in paths)


def _path(path: Path, cited: set[Edge]) -> ReleasedPath:
    plain = {"layer": path.layer, "nodes": path.nodes, "hops": path.hops}
    return ReleasedPath.model_validate({**plain, "cited": bool(cited.intersection(path.edges))})


def _rivals(trace: TraceRecord) -> Iterator[dict[str, Any]]:
    """The rival chains that were written."""
    for rival in trace.rivals:
        if rival.cot is not None:
            yield {
                "label": rival.label,
                "answer": rival.text,
                "reasoning": _reasoning(rival.cot),
                "steps": rival.cot.steps,
                "conclusion": rival.cot.conclusion,
                "paths": _paths(rival.paths, rival.cot),
                "comparisons": rival.comparisons,
            }
