"""The view of a trace: steps with their edges, paths with their hops, a diagram.

The lead's trace page and the reviewer's screen render the same view. It holds nothing a reviewer
must not see: no verdict, no reasoner, no score.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count

from pipeline.core.cot import numbered_edges
from pipeline.core.kg.relations import RELATIONS, spec_of, statement
from pipeline.core.records import CoT, Edge, Node, Path, Question, TraceRecord
from pipeline.trace_page.diagram import Diagram, draw_diagram

SYMMETRIC = frozenset(spec.relation for spec in RELATIONS.values() if spec.symmetric)


@dataclass(frozen=True)
class EdgeLine:
    """One edge as it is read: its number among the trace's edges, its ends, its sentence.

    `direction` tells how it runs along the hop it is shown in: "forward", "backward", "both";
    `place` is its position in the path it is shown in, from 0.
    """

    number: int
    edge: Edge
    head: Node
    tail: Node
    sentence: str
    direction: str = "forward"
    position: int = 0


@dataclass(frozen=True)
class StepLine:
    """One step and the edges it rests on; `edge_numbers` joins their numbers by spaces."""

    number: int
    text: str
    edges: tuple[EdgeLine, ...]

    @property
    def edge_numbers(self) -> str:
        return " ".join(str(line.number) for line in self.edges)


@dataclass(frozen=True)
class NodeLine:
    """A node of a path with its role there: "question", "between", "answer" or "explanation"."""

    node: Node
    role: str


@dataclass(frozen=True)
class HopLine:
    """All parallel edges of one hop, and the node it leads to."""

    edges: tuple[EdgeLine, ...]
    target: NodeLine


@dataclass(frozen=True)
class PathLine:
    """One path: number from 1, position from 0, the steps that cite it, start, hops."""

    number: int
    position: int
    cited_by: tuple[int, ...]
    start: NodeLine
    hops: tuple[HopLine, ...]

    @property
    def cited(self) -> bool:
        return bool(self.cited_by)

    @property
    def edge_numbers(self) -> str:
        return " ".join(str(line.number) for hop in self.hops for line in hop.edges)

    @property
    def has_group(self) -> bool:
        """Whether a grouped disease lies on the path: it cannot justify one subtype."""
        return any(line.node.grouped for line in (self.start, *(hop.target for hop in self.hops)))


@dataclass(frozen=True)
class TraceView:
    """One trace as pages show it."""

    question: Question
    steps: tuple[StepLine, ...]
    conclusion: str
    paths: tuple[PathLine, ...]
    diagram: Diagram | None

    @property
    def cited_paths(self) -> tuple[PathLine, ...]:
        return tuple(path for path in self.paths if path.cited)

    @property
    def other_paths(self) -> tuple[PathLine, ...]:
        return tuple(path for path in self.paths if not path.cited)


def trace_view(trace: TraceRecord) -> TraceView:
    """The view of a trace. Without a CoT it has no steps, without paths no diagram."""
    numbers = {edge: number for number, edge in enumerate(numbered_edges(trace.paths))}
    nodes = {node.index: node for path in trace.paths for node in path.nodes}
    cot, last_role = trace.cot, end_role(trace)
    return TraceView(
        question=trace.question,
        steps=tuple(
            StepLine(
                step.number,
                step.text,
                tuple(_edge_line(edge, numbers, nodes) for edge in step.edges),
            )
            for step in (cot.steps if cot else ())
        ),
        conclusion=cot.conclusion if cot else "",
        paths=tuple(
            _path_line(position, path, _citing(path, cot), numbers, nodes, last_role)
            for position, path in enumerate(trace.paths)
        ),
        diagram=draw_diagram(trace.paths, SYMMETRIC, last_role) if trace.paths else None,
    )


def end_role(trace: TraceRecord) -> str:
    """Whose entities the paths end at: the "answer", or only the source's "explanation"."""
    return "explanation" if trace.linked and not trace.reaches_answer else "answer"


def _citing(path: Path, cot: CoT | None) -> tuple[int, ...]:
    """Numbers of the steps that rest on an edge of the path."""
    edges = set(path.edges)
    steps = cot.steps if cot else ()
    return tuple(step.number for step in steps if edges.intersection(step.edges))


def _path_line(
    position: int,
    path: Path,
    cited_by: tuple[int, ...],
    numbers: Mapping[Edge, int],
    nodes: Mapping[int, Node],
    last_role: str,
) -> PathLine:
    last = len(path.hops) - 1
    positions = count()
    hops = tuple(
        HopLine(
            tuple(
                replace(
                    _edge_line(edge, numbers, nodes, path.nodes[i].index), position=next(positions)
                )
                for edge in hop
            ),
            NodeLine(path.nodes[i + 1], last_role if i == last else "between"),
        )
        for i, hop in enumerate(path.hops)
    )
    return PathLine(position + 1, position, cited_by, NodeLine(path.nodes[0], "question"), hops)


def _edge_line(
    edge: Edge, numbers: Mapping[Edge, int], nodes: Mapping[int, Node], start: int | None = None
) -> EdgeLine:
    head, tail = nodes[edge.head], nodes[edge.tail]
    return EdgeLine(
        number=numbers[edge],
        edge=edge,
        head=head,
        tail=tail,
        sentence=statement(edge, head.name, tail.name),
        direction=_direction(edge, start),
    )


def _direction(edge: Edge, start: int | None) -> str:
    if spec_of(edge.relation, edge.display_relation).symmetric:
        return "both"
    return "backward" if start is not None and edge.head != start else "forward"
