"""How linking went over many questions: every mention by its side and by what settled it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.core.config import SimilarityConfig
from pipeline.core.kg.index import GraphIndex
from pipeline.core.kg.names import normalise
from pipeline.core.linking import linker
from pipeline.core.linking.linker import Linking
from pipeline.core.reasoner import Reasoner
from pipeline.core.records import LinkedEntity, LinkStage, Mention, Question, Side
from pipeline.core.similarity.base import SimilarityBackend

TARGET_SHARE: Final = 0.9
EXACT: Final = "exact name"
SYNONYM: Final = "synonym"
SHARED: Final = "name or synonym of several nodes, one selected"
SIMILAR: Final = "similar name, above the threshold"
SELECTED: Final = "similar name, selected"
NONE: Final = "none"
STAGES: Final = (EXACT, SYNONYM, SHARED, SIMILAR, SELECTED, NONE)

_BY_STAGE = {
    LinkStage.EXACT: EXACT,
    LinkStage.SYNONYM: SYNONYM,
    LinkStage.SIMILARITY: SIMILAR,
    LinkStage.SELECTED: SELECTED,
}


@dataclass(frozen=True)
class ReportedLink:
    """One mention of a question and what settled it; `entity` is None where nothing did."""

    question: Question
    mention: Mention
    how: str
    entity: LinkedEntity | None = None


@dataclass(frozen=True)
class Mapped:
    """How many of the mentions are linked to a node, and whether that is enough."""

    linked: int
    mentions: int

    @property
    def share(self) -> float | None:
        """None where there are no mentions."""
        return self.linked / self.mentions if self.mentions else None

    @property
    def meets_target(self) -> bool:
        return self.share is not None and self.share >= TARGET_SHARE


def report_links(
    questions: Iterable[Question],
    graph: GraphIndex,
    reasoner: Reasoner,
    similarity: SimilarityBackend,
    config: SimilarityConfig,
) -> Iterator[ReportedLink]:
    """The links of every question, its mentions found and selected by this reasoner."""
    for question in questions:
        mentions = reasoner.extract(question).mentions
        linking = linker.link_by_name(mentions, graph, similarity, config)
        yield from links_of(question, linker.link_by_selection(question, linking, reasoner))


def links_of(question: Question, linking: Linking) -> Iterator[ReportedLink]:
    """Every distinct mention of a question; mentions of one node and side count once."""
    for entity in linking.linked:
        yield ReportedLink(question, entity.mention, _how(entity), entity)
    first: dict[tuple[Side, str], Mention] = {}
    for open_mention in linking.unlinked:
        mention = open_mention.mention
        first.setdefault((mention.side, normalise(mention.text)), mention)
    for mention in first.values():
        yield ReportedLink(question, mention, NONE)


def count_links(links: Iterable[ReportedLink]) -> list[tuple[str, dict[Side, int]]]:
    """How many mentions of each side each stage settled, in the order of the stages."""
    counts = Counter((link.how, link.mention.side) for link in links)
    return [(how, {side: counts[how, side] for side in Side}) for how in STAGES]


def mapped(links: Iterable[ReportedLink], *sides: Side) -> Mapped:
    """How many mentions of these sides (none named: of all) are linked."""
    of_sides = [link for link in links if not sides or link.mention.side in sides]
    return Mapped(sum(link.entity is not None for link in of_sides), len(of_sides))


def commonest_unmapped(links: Sequence[ReportedLink], most: int) -> list[tuple[str, int]]:
    """The mentions that were linked to no node, by how many questions name them."""
    texts = Counter(normalise(link.mention.text) for link in links if link.entity is None)
    return sorted(texts.items(), key=lambda item: (-item[1], item[0]))[:most]


def _how(entity: LinkedEntity) -> str:
    """Candidates that share the mention's very name score 1: one of them was selected."""
    by_name = entity.stage is LinkStage.SELECTED and entity.score >= 1
    return SHARED if by_name else _BY_STAGE[entity.stage]
