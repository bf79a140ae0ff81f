"""Schema of one released line: a rated trace with the published MedReason columns.

One JSON object a line, keys in the order of the classes below, UTF-8, no NaN. The same trace
and grades always give the same bytes, and no other bytes parse back to them. Comments of
reviewers are not released: free text may identify people.
"""

import json
from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipeline.core.records import CoT, Path, Question, Trace

FORMAT_VERSION: Literal[1] = 1

Text = Annotated[str, Field(min_length=1)]
Score = Annotated[int, Field(ge=1, le=5)]
MeanScore = Annotated[float, Field(ge=1, le=5)]
Position = Annotated[int, Field(ge=0)]
Decision = Literal["accept", "revise", "reject"]
# Letters, digits, - and _ only: an e-mail address or a full name cannot pass as a pseudonym.
Pseudonym = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class _Released(BaseModel):
    """Strict and frozen. Core records are read by their attributes, so that a field which a
    record loses, or gives another type, is an error here and never a silent change of format."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, from_attributes=True
    )


class GraphReference(_Released):
    """The knowledge graph a trace was made on; `checksum` is the artefact's sha256."""

    name: Text
    version: Text
    checksum: Text


class ReleasedEdge(_Released):
    """One statement of the graph, from node index `head` to node index `tail`."""

    head: int
    tail: int
    relation: Text
    display_relation: str
    polarity: Literal["supporting", "negative"]


class ReleasedNode(_Released):
    """A node; `index` is its identity in the graph, `identifier` its id in `source`."""

    index: int
    identifier: str
    name: Text
    type: Text
    source: str
    grouped: bool


class ReleasedPath(_Released):
    """A path; `hops[i]` holds every parallel edge between `nodes[i]` and `nodes[i+1]`."""

    layer: Text
    nodes: tuple[ReleasedNode, ...]
    hops: tuple[tuple[ReleasedEdge, ...], ...]
    cited: bool

    @property
    def edges(self) -> frozenset[ReleasedEdge]:
        return frozenset(edge for hop in self.hops for edge in hop)

    @model_validator(mode="after")
    def _chain_holds(self) -> Self:
        pairs = zip(self.nodes, self.nodes[1:], strict=False)
        ends = [{left.index, right.index} for left, right in pairs]
        joined = [{frozenset((edge.head, edge.tail)) for edge in hop} for hop in self.hops]
        if joined != [{frozenset(pair)} for pair in ends]:
            raise ValueError("a hop does not join the two nodes it stands between")
        return self


class ReleasedStep(_Released):
    """One step of the CoT, numbered from 1, with the edges it rests on (none: none cited)."""

    number: Annotated[int, Field(ge=1)]
    text: Text
    edges: tuple[ReleasedEdge, ...]


class ReleasedFilter(_Released):
    """What one automatic filter says."""

    name: Text
    passed: bool
    score: float | None
    explanation: str


class ReleasedVerdict(_Released):
    """What all automatic filters say; passed only if every one of them passed."""

    passed: bool
    filters: tuple[ReleasedFilter, ...]

    @model_validator(mode="after")
    def _filters_decide(self) -> Self:
        if self.passed != all(result.passed for result in self.filters):
            raise ValueError("the verdict contradicts its filters")
        return self


class ReleasedPathGrade(_Released):
    """One rater's grade of the path at position `path` (from 0) of the trace's paths."""

    path: Position
    precision: Score
    coherence: Score


class ReleasedGrade(_Released):
    """One rater's grade of a trace, on the rubric's scales from 1 to 5."""

    rater: Pseudonym
    rubric_version: Text
    cot_precision: Score
    cot_coherence: Score
    decision: Decision
    path_grades: tuple[ReleasedPathGrade, ...] = ()


class ReleasedConsensus(_Released):
    """What the grades come to, on what basis, and how many grades that rests on."""

    precision: MeanScore
    coherence: MeanScore
    decision: Decision
    basis: Literal["single", "agreement", "adjudicated"]
    grades: Annotated[int, Field(ge=1)]


class ReleasedTrace(_Released):
    """One released line. The first six fields are the published MedReason columns."""

    dataset_name: Text
    id_in_dataset: Text
    question: Text
    answer: Text
    reasoning: Text
    options: str
    format_version: Literal[1]
    trace_id: Text
    reasoner_kind: Literal["demonstration", "language_model"]
    licence: Text
    graph: GraphReference
    config_fingerprint: Text
    preset: Text
    sample_index: Position
    steps: tuple[ReleasedStep, ...]
    conclusion: Text
    paths: tuple[ReleasedPath, ...]
    verdict: ReleasedVerdict
    grades: tuple[ReleasedGrade, ...]
    consensus: ReleasedConsensus | None

    @model_validator(mode="after")
    def _citations_hold(self) -> Self:
        cited = {edge for step in self.steps for edge in step.edges}
        if not cited <= {edge for path in self.paths for edge in path.edges}:
            raise ValueError("a step rests on an edge that is in no path")
        if any(path.cited != bool(cited & path.edges) for path in self.paths):
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
        return self


def reasoning_text(cot: CoT) -> str:
    """The published column `reasoning`: the numbered steps, then the conclusion."""
    steps = [f"Step {step.number}: {step.text}" for step in cot.steps]
    return "\n".join((*steps, f"Conclusion: {cot.conclusion}"))


def options_text(question: Question) -> str:
    """The published column `options`: one text of all choices; empty for free-text answers."""
    if not question.options:
        return ""
    choices = [f"{option.label}. {option.text}" for option in question.options]
    return "\n".join(("Answer Choices:", *choices))


def released_line(
    trace: Trace,
    *,
    trace_id: str,
    licence: str,
    graph: GraphReference,
    preset: str,
    grades: Iterable[ReleasedGrade] = (),
    consensus: ReleasedConsensus | None = None,
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
    released = ReleasedTrace.model_validate(
        {
            "dataset_name": trace.question.source,
            "id_in_dataset": trace.question.id_in_source,
            "question": trace.question.text,
            "answer": trace.question.answer_text,
            "reasoning": reasoning_text(trace.cot),
            "options": options_text(trace.question),
            "format_version": FORMAT_VERSION,
            "trace_id": trace_id,
            "reasoner_kind": trace.reasoner_kind,
            "licence": licence,
            "graph": graph,
            "config_fingerprint": trace.config_fingerprint,
            "preset": preset,
            "sample_index": trace.sample_index,
            "steps": trace.cot.steps,
            "conclusion": trace.cot.conclusion,
            "paths": tuple(_path(path, cited=i in cited) for i, path in enumerate(trace.paths)),
            "verdict": trace.verdict,
            "grades": tuple(grades),
            "consensus": consensus,
        }
    )
    return _canonical(released)


def parse_line(line: str) -> ReleasedTrace:
    """A released line, checked. Raises ValueError unless it is exactly what was written."""
    released = ReleasedTrace.model_validate_json(line)
    if _canonical(released) != line:
        raise ValueError("The line is not in the release's canonical form.")
    return released


def _canonical(released: ReleasedTrace) -> str:
    """Separators U+2028 and U+2029 are escaped: some readers take them for line ends."""
    plain = released.model_dump(mode="json")
    line = json.dumps(plain, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return line.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029") + "\n"


def _path(path: Path, *, cited: bool) -> ReleasedPath:
    plain = {"layer": path.layer, "nodes": path.nodes, "hops": path.hops, "cited": cited}
    return ReleasedPath.model_validate(plain)
