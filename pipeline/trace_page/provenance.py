"""The way of a trace as a lead follows it: what was marked, linked, searched, dropped, asked.

Beside `pipeline.trace_page.layout`, which reviewers read too; nothing of this is theirs to see.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.core.errors import ArtefactError
from pipeline.core.kg.adjacency import SPECIFIC, WHOLE
from pipeline.core.kg.index import GraphIndex
from pipeline.core.linking.extraction import side_text
from pipeline.core.records import (
    Candidate,
    DroppedPath,
    LinkStage,
    Mention,
    Node,
    PairSearch,
    SearchLayer,
    Side,
    TraceRecord,
)
from pipeline.models import Batch
from pipeline.sources.open_graphs import graph_of

DROPPED_SHOWN = 60
STAGES = {
    LinkStage.EXACT: "exact name",
    LinkStage.SYNONYM: "synonym",
    LinkStage.SIMILARITY: "similarity, above the threshold",
    LinkStage.SELECTED: "selected by the reasoner",
}


@dataclass(frozen=True)
class LinkLine:
    """One mention and what became of it. `number` counts from 1 and stands in the text too.

    `score` and `rank` are those of the node chosen; `others` the candidates open beside it.
    """

    number: int
    mention: Mention
    node: Node | None
    how: str
    score: float | None
    rank: int | None
    others: tuple[Candidate, ...]


@dataclass(frozen=True)
class MarkedPart:
    """A stretch of a side's text; `line` is the mention that it is, None between mentions."""

    text: str
    line: LinkLine | None


@dataclass(frozen=True)
class SearchLine:
    """One pair searched, by the names of its ends."""

    pair: PairSearch
    start: str
    answer: str

    @property
    def sampled(self) -> bool:
        """Whether only some of the shortest paths were drawn."""
        return self.pair.drawn < self.pair.total


@dataclass(frozen=True)
class DroppedLine:
    """One path that was found and not kept: its nodes and relations in words."""

    words: str
    layer: str
    reason: str


@dataclass(frozen=True)
class Way:
    """What a lead reads of one trace, besides its sheet."""

    question: tuple[MarkedPart, ...]
    answer: tuple[MarkedPart, ...]
    lines: tuple[LinkLine, ...]
    searches: tuple[SearchLine, ...]
    dropped: tuple[DroppedLine, ...]
    dropped_count: int

    @property
    def more_dropped(self) -> int:
        return self.dropped_count - len(self.dropped)


def way_of(trace: TraceRecord, batch: Batch) -> Way:
    """Lay out the way of a trace of the batch. Names of dropped nodes come from its graph."""
    lines = _lines(trace)
    return Way(
        question=_marked(side_text(trace.question, Side.QUESTION), lines, Side.QUESTION),
        answer=_marked(side_text(trace.question, Side.ANSWER), lines, Side.ANSWER),
        lines=lines,
        searches=_searches(trace),
        dropped=_dropped(trace.dropped[:DROPPED_SHOWN], batch),
        dropped_count=len(trace.dropped),
    )


def _lines(trace: TraceRecord) -> tuple[LinkLine, ...]:
    """Every mention, in the order of the text, question first."""
    mentions = dict.fromkeys(
        (
            *trace.mentions,
            *(one.mention for one in trace.linked),
            *(one.mention for one in trace.unlinked),
        )
    )
    ordered = sorted(mentions, key=lambda one: (one.side is Side.ANSWER, one.start, one.end))
    return tuple(_line(number, one, trace) for number, one in enumerate(ordered, start=1))


def _line(number: int, mention: Mention, trace: TraceRecord) -> LinkLine:
    for linked in trace.linked:
        if linked.mention == mention:
            others, how = linked.alternatives, STAGES[linked.stage]
            return LinkLine(number, mention, linked.node, how, linked.score, linked.rank, others)
    for opened in trace.unlinked:
        if opened.mention == mention:
            how = "none was chosen" if opened.candidates else "nothing in the graph is like it"
            return LinkLine(number, mention, None, how, None, None, opened.candidates)
    if not trace.linked and not trace.unlinked:
        return LinkLine(number, mention, None, "linking was not reached", None, None, ())
    return LinkLine(number, mention, None, "stands for a node linked already", None, None, ())


def _marked(text: str, lines: Sequence[LinkLine], side: Side) -> tuple[MarkedPart, ...]:
    """The text cut at its mentions; of overlapping ones the first is marked."""
    parts: list[MarkedPart] = []
    at = 0
    for line in lines:
        start, end = line.mention.start, line.mention.end
        if line.mention.side is side and at <= start < end <= len(text):
            parts += [MarkedPart(text[at:start], None), MarkedPart(text[start:end], line)]
            at = end
    parts.append(MarkedPart(text[at:], None))
    return tuple(part for part in parts if part.text)


def _searches(trace: TraceRecord) -> tuple[SearchLine, ...]:
    names = {one.node.index: one.node.name for one in trace.linked}
    return tuple(
        SearchLine(pair, *(names.get(end, f"node {end}") for end in _ends(pair)))
        for pair in trace.searches
    )


def _ends(pair: PairSearch) -> tuple[int, int]:
    return pair.question_node, pair.answer_node


def _dropped(paths: Sequence[DroppedPath], batch: Batch) -> tuple[DroppedLine, ...]:
    in_words = _in_words(batch) if paths else _by_number
    return tuple(DroppedLine(in_words(path), path.layer.value, path.reason) for path in paths)


def _in_words(batch: Batch) -> Callable[[DroppedPath], str]:
    try:
        graph = graph_of(batch)
    except ArtefactError:
        return _by_number
    return lambda path: _words(path, graph)


def _words(path: DroppedPath, graph: GraphIndex) -> str:
    mask = SPECIFIC if path.layer is SearchLayer.SPECIFIC else WHOLE
    try:
        words = graph.node(path.node_indices[0]).name
        for one, other in zip(path.node_indices, path.node_indices[1:], strict=False):
            edges = graph.edges_between(one, other, mask)
            relations = dict.fromkeys(
                f"{'⊘ ' if edge.negative else ''}{edge.display_relation}" for edge in edges
            )
            words += f" —{' / '.join(relations)}— {graph.node(other).name}"
    except KeyError:
        return _by_number(path)
    return words


def _by_number(path: DroppedPath) -> str:
    """What can be said where the graph's index is not at hand."""
    return " — ".join(f"node {index}" for index in path.node_indices)
