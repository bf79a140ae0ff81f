"""How linking went over many questions: every mention by its side and by what settled it.

The stages run one behind the other, as a funnel: exact name, synonym, then each similarity
backend with its own thresholds, what one leaves open being tried by the next.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.core.config import SimilarityConfig
from pipeline.core.kg.index import GraphIndex
from pipeline.core.kg.names import normalise
from pipeline.core.linking import linker
from pipeline.core.linking.exact_names import nodes_called
from pipeline.core.reasoner import Reasoner
from pipeline.core.records import LinkedEntity, LinkStage, Mention, Question, Side
from pipeline.core.similarity.base import SimilarityBackend

EXACT: Final = "exact name"
SHARED: Final = "name or synonym of several nodes, one selected"
SYNONYM: Final = "synonym"
NONE: Final = "none"


@dataclass(frozen=True)
class SimilarityStage:
    """A similarity backend under the name the report gives it, with its thresholds."""

    title: str
    similarity: SimilarityBackend
    config: SimilarityConfig


@dataclass(frozen=True)
class ReportedLink:
    """One mention of a question and what settled it; `entity` is None where nothing did."""

    question: Question
    mention: Mention
    how: str
    entity: LinkedEntity | None = None


def report_links(
    questions: Iterable[Question],
    graph: GraphIndex,
    reasoner: Reasoner,
    stages: Sequence[SimilarityStage],
) -> Iterator[ReportedLink]:
    """Every distinct mention of every question; entities of one node and side count once."""
    for question in questions:
        open_mentions = _distinct(reasoner.extract(question).mentions)
        for stage in stages:
            linking = linker.link_by_name(open_mentions, graph, stage.similarity, stage.config)
            linking = linker.link_by_selection(question, linking, reasoner)
            for entity in linking.linked:
                how = _how(graph, entity, stage)
                yield ReportedLink(question, entity.mention, how, entity)
            open_mentions = tuple(open_mention.mention for open_mention in linking.unlinked)
        for mention in open_mentions:
            yield ReportedLink(question, mention, NONE)


def count_links(
    links: Iterable[ReportedLink], stages: Sequence[SimilarityStage]
) -> list[tuple[str, dict[Side, int]]]:
    """How many mentions of each side each stage settled, in the order of the funnel."""
    counts = Counter((link.how, link.mention.side) for link in links)
    order = [EXACT, SHARED, SYNONYM, *(stage.title for stage in stages), NONE]
    return [(how, {side: counts[how, side] for side in Side}) for how in order]


def _distinct(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    first: dict[tuple[Side, str], Mention] = {}
    for mention in mentions:
        first.setdefault((mention.side, normalise(mention.text)), mention)
    return tuple(first.values())


def _how(graph: GraphIndex, entity: LinkedEntity, stage: SimilarityStage) -> str:
    by_name = {LinkStage.EXACT: EXACT, LinkStage.SYNONYM: SYNONYM}
    if entity.stage is LinkStage.SELECTED and nodes_called(graph, entity.mention.text):
        return SHARED
    return by_name.get(entity.stage, stage.title)
