"""The provenance of a trace, for leads: mentions, links, searches and dropped paths.

Reviewers must see none of it; what they see is in `pipeline.trace_page.layout`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pipeline.core.errors import ArtefactError
from pipeline.core.kg.adjacency import SPECIFIC, WHOLE
from pipeline.core.kg.index import GraphIndex
from pipeline.core.linking.extraction import side_text
from pipeline.core.records import (
    Assertion,
    Candidate,
    DroppedMention,
    DroppedPath,
    LinkStage,
    Mention,
    Node,
    PairSearch,
    Question,
    SearchLayer,
    Side,
    TraceRecord,
)
from pipeline.models import Batch
from pipeline.sources.open_graphs import batch_graph

MAX_DROPPED_SHOWN = 60
STAGE_NAMES = {
    LinkStage.EXACT: "exact name",
    LinkStage.SYNONYM: "synonym",
    LinkStage.SIMILARITY: "similarity, above the threshold",
    LinkStage.SELECTED: "selected by the reasoner",
}
ASSERTIONS = {
    Assertion.PRESENT: "",
    Assertion.ABSENT: "absent",
    Assertion.FAMILY: "a relative's",
    Assertion.PAST: "past",
}
_SIDES = tuple(Side)


@dataclass(frozen=True)
class LinkLine:
    """One mention and its link, if any. `number` counts from 1 and is shown in the text too.

    `score` and `rank` are those of the node chosen; `others` the candidates open beside it.
    """

    number: int
    mention: Mention
    node: Node | None
    how: str
    score: float | None
    rank: int | None
    others: tuple[Candidate, ...]

    @property
    def assertion(self) -> str:
        """What the text says of it in words; empty where it is present."""
        return ASSERTIONS[self.mention.assertion]


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
    """One path that was found and dropped: its nodes and relations in words."""

    words: str
    layer: str
    reason: str


@dataclass(frozen=True)
class Provenance:
    """What a lead sees of one trace, besides its view."""

    question: tuple[MarkedPart, ...]
    answer: tuple[MarkedPart, ...]
    explanation: tuple[MarkedPart, ...]
    lines: tuple[LinkLine, ...]
    dropped_mentions: tuple[DroppedMention, ...]
    searches: tuple[SearchLine, ...]
    dropped: tuple[DroppedLine, ...]
    dropped_count: int

    @property
    def more_dropped(self) -> int:
        return self.dropped_count - len(self.dropped)


def trace_provenance(trace: TraceRecord, batch: Batch) -> Provenance:
    """The provenance of a trace of the batch. Names of dropped nodes come from its graph."""
    lines = _link_lines(trace)
    question, answer, explanation = (
        _mark_mentions(side_text(trace.question, side), lines, side) for side in _SIDES
    )
    return Provenance(
        question=question,
        answer=answer,
        explanation=explanation,
        lines=lines,
        dropped_mentions=trace.dropped_mentions,
        searches=_search_lines(trace),
        dropped=_dropped_lines(trace.dropped[:MAX_DROPPED_SHOWN], batch),
        dropped_count=len(trace.dropped),
    )


def _link_lines(trace: TraceRecord) -> tuple[LinkLine, ...]:
    """Every mention, in the order of the text: question, answer, explanation."""
    mentions = dict.fromkeys(
        (
            *trace.mentions,
            *(linked.mention for linked in trace.linked),
            *(unlinked.mention for unlinked in trace.unlinked),
        )
    )
    lines = [
        replace(_link_line(mention, trace), mention=_placed(mention, trace.question))
        for mention in mentions
    ]
    ordered = sorted(lines, key=lambda line: _text_order(line.mention))
    return tuple(replace(line, number=number) for number, line in enumerate(ordered, start=1))


def _text_order(mention: Mention) -> tuple[int, int, int]:
    return _SIDES.index(mention.side), mention.start, mention.end


def _placed(mention: Mention, question: Question) -> Mention:
    """The mention on its side; older traces placed an explanation's on a line below the answer."""
    below = len(question.answer_text) + 1 if question.answer_text else 0
    if mention.side is not Side.ANSWER or not question.long_answer or mention.start < below:
        return mention
    start, end = mention.start - below, mention.end - below
    return replace(mention, side=Side.EXPLANATION, start=start, end=end)


def _link_line(mention: Mention, trace: TraceRecord) -> LinkLine:
    for linked in trace.linked:
        if linked.mention == mention:
            others, how = linked.alternatives, STAGE_NAMES[linked.stage]
            return LinkLine(0, mention, linked.node, how, linked.score, linked.rank, others)
    for unlinked in trace.unlinked:
        if unlinked.mention == mention:
            how = "none was chosen" if unlinked.candidates else "nothing in the graph is like it"
            return LinkLine(0, mention, None, how, None, None, unlinked.candidates)
    if not trace.linked and not trace.unlinked:
        return LinkLine(0, mention, None, "linking was not reached", None, None, ())
    return LinkLine(0, mention, None, "refers to a node linked already", None, None, ())


def _mark_mentions(text: str, lines: Sequence[LinkLine], side: Side) -> tuple[MarkedPart, ...]:
    """The text cut at its mentions; of overlapping ones the first is marked."""
    parts: list[MarkedPart] = []
    position = 0
    for line in lines:
        start, end = line.mention.start, line.mention.end
        if line.mention.side is side and position <= start < end <= len(text):
            parts += [MarkedPart(text[position:start], None), MarkedPart(text[start:end], line)]
            position = end
    parts.append(MarkedPart(text[position:], None))
    return tuple(part for part in parts if part.text)


def _search_lines(trace: TraceRecord) -> tuple[SearchLine, ...]:
    names = {linked.node.index: linked.node.name for linked in trace.linked}
    return tuple(
        SearchLine(pair, *(names.get(end, f"node {end}") for end in _ends(pair)))
        for pair in trace.searches
    )


def _ends(pair: PairSearch) -> tuple[int, int]:
    return pair.question_node, pair.answer_node


def _dropped_lines(paths: Sequence[DroppedPath], batch: Batch) -> tuple[DroppedLine, ...]:
    describe = _in_words(batch) if paths else _by_node_number
    return tuple(DroppedLine(describe(path), path.layer.value, path.reason) for path in paths)


def _in_words(batch: Batch) -> Callable[[DroppedPath], str]:
    try:
        graph = batch_graph(batch)
    except ArtefactError:
        return _by_node_number
    return lambda path: _words(path, graph)


def _words(path: DroppedPath, graph: GraphIndex) -> str:
    mask = SPECIFIC if path.layer is SearchLayer.SPECIFIC else WHOLE
    try:
        words = graph.node(path.node_indices[0]).name
        for start, end in zip(path.node_indices, path.node_indices[1:], strict=False):
            edges = graph.edges_between(start, end, mask)
            relations = dict.fromkeys(
                f"{'⊘ ' if edge.negative else ''}{edge.display_relation}" for edge in edges
            )
            words += f" —{' / '.join(relations)}— {graph.node(end).name}"
    except KeyError:
        return _by_node_number(path)
    return words


def _by_node_number(path: DroppedPath) -> str:
    """The path by node numbers, where the graph's index is not available."""
    return " — ".join(f"node {index}" for index in path.node_indices)
