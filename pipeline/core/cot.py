"""The chain of thought: number the edges it may cite, assemble it, print it."""

from collections.abc import Sequence

from pipeline.core.errors import MalformedOutput, NoReasoningWritten
from pipeline.core.reasoner import DraftCoT, DraftStep
from pipeline.core.records import CoT, Edge, Path, Step


def numbered_edges(paths: Sequence[Path]) -> tuple[Edge, ...]:
    """The distinct edges of the paths in order of appearance; a draft cites their positions."""
    return tuple(dict.fromkeys(edge for path in paths for edge in path.edges))


def assemble(draft: DraftCoT, paths: Sequence[Path]) -> CoT:
    """The CoT of a draft, edge numbers turned into the edges themselves.

    Raises NoReasoningWritten without a step, MalformedOutput when a step cites an edge number
    that does not exist: a citation is never dropped or bent silently.
    """
    if not draft.steps:
        raise NoReasoningWritten("Generation returned no step.")
    edges = numbered_edges(paths)
    steps = tuple(
        Step(number, step.text.strip(), _cite_edges(number, step, edges))
        for number, step in enumerate(draft.steps, start=1)
    )
    return CoT(steps, draft.conclusion.strip())


def as_text(cot: CoT) -> str:
    """The whole CoT as plain text: numbered steps, then the conclusion."""
    return f"{steps_as_text(cot)}\n\nConclusion: {cot.conclusion}"


def steps_as_text(cot: CoT) -> str:
    """The numbered steps alone, one a line."""
    return "\n".join(f"{step.number}. {step.text}" for step in cot.steps)


def _cite_edges(number: int, step: DraftStep, edges: tuple[Edge, ...]) -> tuple[Edge, ...]:
    wrong = [cited for cited in step.edge_numbers if not 0 <= cited < len(edges)]
    if wrong:
        raise MalformedOutput(
            f"Step {number} cites edge {wrong[0]}; there are {len(edges)}.", stage="generation"
        )
    return tuple(edges[cited] for cited in dict.fromkeys(step.edge_numbers))
