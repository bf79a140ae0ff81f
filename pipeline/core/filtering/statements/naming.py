"""Which of the entities of its edges a statement names: wholly, by a hint, or not at all."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pipeline.core.filtering.statements.words import Span, Word, find_name, find_symbol, forms_of
from pipeline.core.kg.relations import spec_of
from pipeline.core.records import Edge, LinkedEntity, NodeType, Path
from pipeline.core.similarity.spelling import FUNCTION_WORDS

Wordings = Mapping[int, Sequence[str]]
NodesNamed = Callable[[str], Sequence[int]]

# A word that shares so many first letters with a name's may be a form of it.
_HINT_LENGTH = 5
_MIN_HINT_LENGTH = 4
_GENERAL_WORDS = """
    disease disorder syndrome type abnormal abnormality acute chronic human process regulation
    activity familial susceptibility positive negative cell system with
"""
_PRONOUNS = "it its this that these those they them their such both former"
_SAYS_NO_NAME = frozenset(_GENERAL_WORDS.split())
_REFERS_BACK = frozenset(_PRONOUNS.split())
# An entity's name within a longer name of the graph ("pulmonary hypertension") names that one.
_MAX_WORDS_ADDED = 2


def wordings_of(
    paths: Iterable[Path], linked: Iterable[LinkedEntity], synonyms: Callable[[int], Sequence[str]]
) -> dict[int, tuple[str, ...]]:
    """By node of the paths: its name, its synonyms, and how question and answer word it."""
    wordings = {
        node.index: (node.name, *synonyms(node.index)) for path in paths for node in path.nodes
    }
    for entity in linked:
        node, mention = entity.node.index, entity.mention
        if node in wordings:
            worded = filter(None, (mention.text, mention.normal_form))
            wordings[node] = tuple(dict.fromkeys((*wordings[node], *worded)))
    return wordings


class Named(StrEnum):
    """How a statement names an entity; HINTED: a word or an abbreviation may stand for it."""

    WHOLLY = "wholly"
    HINTED = "hinted"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Naming:
    """Where each node of the graph that matters is named, as spans of the statement's words."""

    words: tuple[Word, ...]
    spans: Mapping[int, tuple[Span, ...]]
    hinted: frozenset[int]

    def named(self, node: int) -> Named:
        if self.spans.get(node):
            return Named.WHOLLY
        return Named.HINTED if node in self.hinted else Named.NOT

    @property
    def refers_back(self) -> bool:
        """Whether the statement speaks of something by a pronoun."""
        return any(word.normal in _REFERS_BACK for word in self.words)

    def without(self, spans: Sequence[Span]) -> "Naming":
        """What is left when some spans of words are set aside, each the end of a sentence."""
        return Naming(
            tuple(
                Word(".", ".", mark=True) if _within(at, spans) else word
                for at, word in enumerate(self.words)
            ),
            {
                node: tuple(span for span in own if not _within(span[0], spans))
                for node, own in self.spans.items()
            },
            self.hinted,
        )


def find_entities(
    words: tuple[Word, ...],
    wordings: Wordings,
    genes: frozenset[int],
    nodes_named: NodesNamed | None,
) -> Naming:
    """The entities that the words name; where spans overlap, the longer name is meant.

    `wordings` gives each node's name and its other names, `nodes_named` looks a name up in the
    graph: what is part of a longer name there does not name the node.
    """
    found: list[tuple[Span, int]] = []
    hinted = set()
    for node, names in wordings.items():
        spans = {span for name in names for span in _spans(words, name, node in genes)}
        own = {span for span in spans if not _in_longer_name(words, span, node, nodes_named)}
        found += [(span, node) for span in own]
        if any(_hints(words, name) for name in names):
            hinted.add(node)
    return Naming(words, _longest(found), frozenset(hinted))


def genes_among(edges: Iterable[Edge]) -> frozenset[int]:
    """The nodes of the edges that are genes: they are named by their symbols alone."""
    ends = (
        (node, kind)
        for edge in edges
        for spec in (spec_of(edge.relation, edge.display_relation),)
        for node, kind in ((edge.head, spec.head_type), (edge.tail, spec.tail_type))
    )
    return frozenset(node for node, kind in ends if kind is NodeType.GENE_PROTEIN)


def _spans(words: Sequence[Word], name: str, gene: bool) -> Iterable[Span]:
    return find_symbol(words, name) if gene else find_name(words, name)


def _in_longer_name(
    words: Sequence[Word], span: Span, node: int, nodes_named: NodesNamed | None
) -> bool:
    if nodes_named is None:
        return False
    start, end = span
    reach = range(_MAX_WORDS_ADDED + 1)
    longer = ((start - left, end + right) for left in reach for right in reach if left + right)
    return any(_names_another(words, one, node, nodes_named) for one in longer)


def _names_another(words: Sequence[Word], span: Span, node: int, nodes_named: NodesNamed) -> bool:
    start, end = span
    if start < 0 or end > len(words) or any(word.mark for word in words[start:end]):
        return False
    if {words[start].normal, words[end - 1].normal} & FUNCTION_WORDS:
        return False
    nodes = nodes_named(" ".join(word.written for word in words[start:end]))
    return bool(nodes) and node not in nodes


def _hints(words: Sequence[Word], name: str) -> bool:
    form = forms_of(name)[0]
    told = [w for w in form if len(w) >= _MIN_HINT_LENGTH and w not in _SAYS_NO_NAME] or form
    starts = {word[:_HINT_LENGTH] for word in told}
    initials = "".join(word[0] for word in form if word not in FUNCTION_WORDS)
    return any(
        word.normal[:_HINT_LENGTH] in starts or _abbreviates(word.written, initials)
        for word in words
        if not word.mark
    )


def _abbreviates(written: str, initials: str) -> bool:
    letters = re.sub(r"[^A-Z]", "", written)
    return len(letters) > 1 and len(initials) > 1 and letters.casefold() == initials


def _longest(found: Sequence[tuple[Span, int]]) -> dict[int, tuple[Span, ...]]:
    """Spans by node without those that lie within, or overlap, a longer one of another node."""
    kept: dict[int, tuple[Span, ...]] = {}
    taken: list[tuple[Span, int]] = []
    for span, node in sorted(found, key=lambda one: (one[0][0] - one[0][1], one[0], one[1])):
        rivals = [other for other, _ in taken if _overlap(span, other)]
        if any(other != span for other in rivals):
            continue
        taken.append((span, node))
        kept[node] = (*kept.get(node, ()), span)
    return kept


def _within(at: int, spans: Sequence[Span]) -> bool:
    return any(start <= at < end for start, end in spans)


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
