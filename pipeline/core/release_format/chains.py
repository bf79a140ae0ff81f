"""Chains of thought of a released line: steps with their edges, and rival chains."""

from typing import Annotated, Literal

from pydantic import Field

from pipeline.core.release_format.base import Schema, Text
from pipeline.core.release_format.paths import ReleasedEdge, ReleasedPath


class ReleasedStep(Schema):
    """One step of a CoT, numbered from 1, with the edges it rests on (none: none cited)."""

    number: Annotated[int, Field(ge=1)]
    text: Text
    edges: tuple[ReleasedEdge, ...]


class ReleasedComparison(Schema):
    """A reader's choice between the CoT and a rival, both masked; `key_first`: in which order."""

    key_first: bool
    preferred: Literal["key", "rival", "neither"]
    explanation: str


class ReleasedRival(Schema):
    """A chain written for a wrong option, `label` with the text `answer`, to compare with the CoT.

    `reasoning` is its steps and conclusion as one text, like the published column. No clinician
    has read it: `comparisons` are a language model's.
    """

    label: Text
    answer: Text
    reasoning: Text
    steps: tuple[ReleasedStep, ...]
    conclusion: Text
    paths: tuple[ReleasedPath, ...]
    comparisons: tuple[ReleasedComparison, ...]

    @property
    def lost_every_comparison(self) -> bool:
        """Whether the CoT was found better supported in both orders."""
        orders = {comparison.key_first for comparison in self.comparisons}
        return len(orders) == 2 and all(one.preferred == "key" for one in self.comparisons)


def check_citations(steps: tuple[ReleasedStep, ...], paths: tuple[ReleasedPath, ...]) -> None:
    """Raises ValueError unless the steps are numbered and rest on edges of these paths."""
    cited = {edge for step in steps for edge in step.edges}
    if not cited <= {edge for path in paths for edge in path.edges}:
        raise ValueError("a step rests on an edge that is in no path")
    if any(path.cited != bool(cited.intersection(path.edges)) for path in paths):
        raise ValueError("a path's mark `cited` contradicts the steps")
    if [step.number for step in steps] != list(range(1, len(steps) + 1)):
        raise ValueError("steps are not numbered from 1")
