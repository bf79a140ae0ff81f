"""The schema of one released line."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from pipeline.core.release_format.base import Position, Schema, Text
from pipeline.core.release_format.chains import ReleasedRival, ReleasedStep, check_citations
from pipeline.core.release_format.grades import ReleasedConsensus, ReleasedCorrection, ReleasedGrade
from pipeline.core.release_format.paths import GraphReference, ReleasedPath
from pipeline.core.release_format.provenance import Provenance, Terms

FORMAT_VERSION: Literal[4] = 4
# What lines of earlier formats lack, as pydantic's `exclude`.
FORMAT_3_LACKS: Mapping[str, Any] = MappingProxyType(
    dict.fromkeys(
        (
            *("question_id", "cluster", "split", "specialty", "topic", "question_type"),
            *("difficulty", "is_graded", "provenance", "terms"),
        ),
        True,
    )
    | {"place": {"weight": True}}
)
FORMAT_2_LACKS: Mapping[str, Any] = MappingProxyType(
    {
        **FORMAT_3_LACKS,
        "reaches_answer": True,
        "rivals": True,
        "verdict": {"filters": {"__all__": {"decides": True}}},
    }
)
LACKS_OF_FORMAT: Mapping[int, Mapping[str, Any]] = MappingProxyType(
    {2: FORMAT_2_LACKS, 3: FORMAT_3_LACKS}
)
Split = Literal["train", "validation", "test"]


class Place(Schema):
    """Where a trace stands in its study; `inclusion_probability` is null for what was put in.

    `weight` is how many traces of the release a graded one stands for, null for an ungraded one.
    """

    study: Text
    stratum: str
    inclusion_probability: Annotated[float, Field(gt=0, le=1)] | None
    weight: Annotated[float, Field(gt=0)] | None = None


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

    `question_id` is the question set's name and the id in it, `cluster` the question id that names
    the group of near-duplicate questions, all of which are in the same `split`. `specialty`,
    `topic` and `question_type` are the source's words. `difficulty`: whether a reader without the
    CoT answered right ("answered"), wrong ("missed"), or was not asked (null). Lines of formats 2
    and 3 have none of these.
    """

    dataset_name: Text
    id_in_dataset: Text
    question: Text
    answer: Text
    reasoning: Text
    options: str
    format_version: Literal[2, 3, 4]
    question_id: str = ""
    cluster: str = ""
    split: Split | None = None
    specialty: str = ""
    topic: str = ""
    question_type: str = ""
    difficulty: Literal["answered", "missed"] | None = None
    trace_id: Text
    is_graded: bool = False
    reasoner_kind: Literal["demonstration", "language_model", "imported"]
    provenance: Provenance | None = None
    terms: Terms | None = None
    licence: Text
    graph: GraphReference | None
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
    def _graph_is_named(self) -> Self:
        if self.graph is None and (self.reasoner_kind != "imported" or self.paths):
            raise ValueError("a chain of thought that was not imported names its graph")
        return self

    @model_validator(mode="after")
    def _format_holds(self) -> Self:
        says = (self.provenance, self.terms, self.split)
        if (self.format_version == 2) != (self.reaches_answer is None) or (
            self.format_version == 4
        ) != (None not in says):
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
