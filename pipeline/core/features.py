"""Features of a trace: what is known of it before anyone grades it.

They break reports down, stratify samples and feed the learned score. All are read from the
trace alone, so they can be worked out again at any time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from pipeline.core.records import (
    LinkStage,
    Path,
    Preferred,
    ReadingKind,
    Rival,
    SearchLayer,
    TraceRecord,
)

# What a trace that passes a filter has shown, for those who choose among filters.
FILTER_MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "format": "steps and a conclusion, none empty; every cited edge is on a kept path",
        "leakage": "it speaks neither of a given answer nor of the paths as given material",
        "masking": "nothing the second reader saw gave an option away",
        "answer": "the second reader reaches the answer key from the masked chain of thought",
        "grounding": "enough of its steps cite an edge",
        "statements": "no step contradicts the edges it cites",
        "conclusion": "the conclusion names the answer key and no other option",
        "order": "a score only: how far the steps follow the order of the paths",
        "margin": "the second reader is surer of the answer key with it than without it",
        "question_alone": "without it the second reader does not reach the answer key",
        "agreement": "another reader takes it to the same answer",
        "permutation": "the second reader's answer survives another order of the options",
        "contrast": "it wins against a chain written for a near distractor, in both orders; "
        "where the graph holds none, nothing is compared and it passes",
    }
)


@dataclass(frozen=True, slots=True)
class FilterFeature:
    """What one filter said: passed or not, its score where it has one, whether it decides."""

    name: str
    passed: bool
    score: float | None
    decides: bool = True


@dataclass(frozen=True, slots=True)
class ReadingFeature:
    """A further reading: whether it reached the answer key; `failure` where there is none."""

    kind: ReadingKind
    correct: bool
    failure: str = ""


class Contrast(StrEnum):
    """How a CoT fared against a rival that was put before the reader in both orders."""

    KEY = "key wins both orders"
    RIVAL = "rival wins both orders"
    NEITHER = "neither, in both orders"
    SPLIT = "the choice changes with the order"


@dataclass(frozen=True, slots=True)
class RivalFeature:
    """A rival: how the comparison ended, or for which reason there was none."""

    outcome: Contrast | None
    failure: str = ""


@dataclass(frozen=True, slots=True)
class TraceFeatures:
    """Counts and kinds of one trace; all lists sorted, without repeats.

    `path_length`: nodes passed on the longest cited path, less one (0: no path is cited).
    `relations` and `negative` are of the edges that steps cite; `layers` and `grouped` (a fused
    disease) of the paths cited; `stages` say how the ends of those paths were linked.
    `uncited_steps` rest on no edge. Lengths of texts count words. `reaches_answer`: whether the
    paths end at entities of the answer, not only at its explanation's; None without paths, and
    for a trace made before the two were told apart. `unmasked`: whether the second reader saw
    what gives an option away.
    """

    path_length: int = 0
    paths: int = 0
    cited_paths: int = 0
    relations: tuple[str, ...] = ()
    layers: tuple[SearchLayer, ...] = ()
    stages: tuple[LinkStage, ...] = ()
    grouped: bool = False
    negative: bool = False
    steps: int = 0
    uncited_steps: int = 0
    question_words: int = 0
    cot_words: int = 0
    filters: tuple[FilterFeature, ...] = ()
    reaches_answer: bool | None = None
    unmasked: bool = False
    readings: tuple[ReadingFeature, ...] = ()
    rivals: tuple[RivalFeature, ...] = ()

    def passed(self, name: str) -> bool:
        """Whether the filter of this name ran and passed the trace."""
        return any(result.passed for result in self.filters if result.name == name)

    def ran(self, name: str) -> bool:
        """Whether the filter of this name looked at the trace."""
        return any(result.name == name for result in self.filters)


def features_of(trace: TraceRecord) -> TraceFeatures:
    """The features of a trace, also of one that failed: what it did not reach counts 0."""
    cited = [trace.paths[position] for position in trace.cited_paths]
    steps = trace.cot.steps if trace.cot else ()
    edges = {edge for step in steps for edge in step.edges}
    filters = trace.verdict.filters if trace.verdict else ()
    return TraceFeatures(
        path_length=max((len(path.hops) for path in cited), default=0),
        paths=len(trace.paths),
        cited_paths=len(cited),
        relations=tuple(sorted({edge.relation for edge in edges})),
        layers=tuple(sorted({path.layer for path in cited})),
        stages=_stages(trace, cited),
        grouped=any(node.grouped for path in cited for node in path.nodes),
        negative=any(edge.negative for edge in edges),
        steps=len(steps),
        uncited_steps=sum(not step.edges for step in steps),
        question_words=len(trace.question.text.split()),
        cot_words=sum(len(step.text.split()) for step in steps),
        filters=tuple(
            FilterFeature(result.name, result.passed, result.score, result.decides)
            for result in filters
        ),
        reaches_answer=trace.reaches_answer if trace.paths else None,
        unmasked=bool(trace.unmasked),
        readings=tuple(
            ReadingFeature(reading.kind, reading.correct, reading.failure)
            for reading in trace.readings
        ),
        rivals=tuple(
            RivalFeature(_outcome(rival), rival.failure.reason if rival.failure else "")
            for rival in trace.rivals
        ),
    )


def _outcome(rival: Rival) -> Contrast | None:
    preferred = {comparison.preferred for comparison in rival.comparisons}
    if not preferred:
        return None
    return _OUTCOMES[preferred.pop()] if len(preferred) == 1 else Contrast.SPLIT


_OUTCOMES = {
    Preferred.KEY: Contrast.KEY,
    Preferred.RIVAL: Contrast.RIVAL,
    Preferred.NEITHER: Contrast.NEITHER,
}


def _stages(trace: TraceRecord, cited: list[Path]) -> tuple[LinkStage, ...]:
    ends = {node.index for path in cited for node in (path.nodes[0], path.nodes[-1])}
    return tuple(sorted({entity.stage for entity in trace.linked if entity.node.index in ends}))
