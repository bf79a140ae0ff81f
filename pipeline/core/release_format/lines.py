"""One released line, from trace to text and back."""

import json
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from pipeline.core.records import CoT, Edge, Path, Question, ReadingKind, TraceRecord
from pipeline.core.release_format.grades import ReleasedConsensus, ReleasedCorrection, ReleasedGrade
from pipeline.core.release_format.paths import GraphReference, ReleasedPath
from pipeline.core.release_format.provenance import Provenance, Terms
from pipeline.core.release_format.schema import (
    FORMAT_VERSION,
    LACKS_OF_FORMAT,
    Place,
    Split,
    TraceLine,
)


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
    graph: GraphReference | None,
    preset: str,
    question_id: str,
    cluster: str,
    split: Split,
    provenance: Provenance,
    terms: Terms,
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
    if graph is not None and trace.graph_checksum != graph.checksum:
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
            "question_id": question_id,
            "cluster": cluster,
            "split": split,
            "specialty": trace.question.specialty,
            "topic": trace.question.topic,
            "question_type": trace.question.question_type,
            "difficulty": _difficulty(trace),
            "trace_id": trace_id,
            "is_graded": consensus is not None,
            "reasoner_kind": trace.reasoner_kind,
            "provenance": provenance,
            "terms": terms,
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


def as_format(version: Literal[2, 3], line: str) -> str:
    """The line as an earlier format would have it, to compare it with one released so."""
    earlier = parse_line(line).model_copy(update={"format_version": version})
    return _canonical(earlier)


def _canonical(trace_line: TraceLine) -> str:
    """Separators U+2028 and U+2029 are escaped: some readers take them for line ends."""
    lacks = LACKS_OF_FORMAT.get(trace_line.format_version, {})
    plain = trace_line.model_dump(mode="json", exclude=dict(lacks))
    line = json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return line.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029") + "\n"


def _difficulty(trace: TraceRecord) -> str | None:
    """Whether a reader of the question alone found the answer; None where none was asked."""
    for reading in trace.readings:
        if reading.kind is ReadingKind.WITHOUT_COT and not reading.failure:
            return "answered" if reading.correct else "missed"
    return None


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
