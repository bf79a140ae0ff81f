"""DemonstrationReasoner: the eight acts, each by its rules."""

from collections.abc import Sequence

from pipeline.core.filtering.statements import settle_without_reader, wordings_of
from pipeline.core.kg.index import GraphIndex
from pipeline.core.linking.exact_names import nodes_named
from pipeline.core.linking.extraction import extract_names
from pipeline.core.paths.ranking import Ranking
from pipeline.core.reasoner import DraftCoT, Preference
from pipeline.core.reasoners.demonstration import generation, relevance, second_reader
from pipeline.core.reasoners.demonstration.second_reader import MIN_SAME_NAME_SCORE
from pipeline.core.records import (
    Candidate,
    Extraction,
    Judgement,
    Mention,
    NodeType,
    OpenMention,
    Path,
    Question,
    ReadAnswer,
    ReasonerKind,
    Side,
    Step,
    StepCheck,
)
from pipeline.core.similarity.lexical import LexicalSimilarity
from pipeline.core.similarity.spelling import spelt_alike, spelt_as

_STANCES = frozenset({"yes", "no", "maybe"})
# A gene's symbol may be a common word: it is exact only as written, or where a gene is meant.
_NO_SYMBOLS = frozenset(NodeType) - {NodeType.GENE_PROTEIN}


class DemonstrationReasoner:
    """A Reasoner without a model. Stateless: the graph and its names are all it holds."""

    kind = ReasonerKind.DEMONSTRATION

    def __init__(self, graph: GraphIndex) -> None:
        self._graph = graph
        self._names = LexicalSimilarity(graph)

    def extract(self, question: Question) -> Extraction:
        """Names of the graph in the question; the whole answer, and names within it."""
        found = (
            extract_names(self._graph, question.text, Side.QUESTION),
            self._in_answer(question.answer_text),
            extract_names(self._graph, question.long_answer, Side.EXPLANATION),
        )
        return Extraction(
            tuple(mention for part in found for mention in part.mentions),
            tuple(dropped for part in found for dropped in part.dropped),
        )

    def select(
        self, question: Question, open_mentions: Sequence[OpenMention]
    ) -> tuple[int | None, ...]:
        """The best candidate that is nearly the same name; of equals the best connected."""
        return tuple(self._select(open_mention) for open_mention in open_mentions)

    def prune(self, question: Question, paths: Sequence[Path], keep: int) -> tuple[int, ...]:
        ranking = Ranking(question, self._graph.degree)
        return relevance.most_relevant(ranking, paths, keep)

    def generate(
        self, question: Question, paths: Sequence[Path], *, reaches_answer: bool = True
    ) -> DraftCoT:
        return generation.write(question, paths, reaches_answer=reaches_answer)

    def answer(self, question: Question, masked_reasoning: str | None) -> ReadAnswer:
        masked = masked_reasoning or ""
        return second_reader.choose_option(self._graph, self._names, question, masked)

    def judge(self, question: Question, answer: str) -> Judgement:
        """Equal up to spelling: the rules know no synonyms."""
        same = spelt_alike(answer, question.answer_text)
        comparison = "the same name as" if same else "another name than"
        return Judgement(same, f"{answer!r} is {comparison} {question.answer_text!r}.")

    def check_steps(
        self, question: Question, steps: Sequence[Step], paths: Sequence[Path]
    ) -> tuple[StepCheck, ...]:
        """What the rules of the method leave open: supported only if both ends are named."""
        wordings = wordings_of(paths, (), self._graph.synonyms_of)
        return tuple(
            settle_without_reader(step, wordings, self._graph.nodes_named) for step in steps
        )

    def compare(self, question: Question, first: str, second: str) -> Preference:
        """The chain that reaches its end by fewer things in between."""
        return second_reader.prefer(self._graph, question, first, second)

    def _in_answer(self, text: str) -> Extraction:
        if not text.strip() or text.casefold() in _STANCES:
            return Extraction(())
        whole = Mention(text, Side.ANSWER, 0, len(text))
        if nodes_named(self._graph, text):
            return Extraction((whole,))
        within = extract_names(self._graph, text, Side.ANSWER)
        return Extraction((whole, *within.mentions), within.dropped)

    def _select(self, open_mention: OpenMention) -> int | None:
        acceptable = (
            position
            for position, candidate in enumerate(open_mention.candidates)
            if candidate.score >= MIN_SAME_NAME_SCORE and _is_named_by(open_mention, candidate)
        )
        return max(
            acceptable, key=lambda position: self._preference(open_mention, position), default=None
        )

    def _preference(self, open_mention: OpenMention, position: int) -> tuple[float, int, int]:
        candidate = open_mention.candidates[position]
        return candidate.score, self._graph.degree(candidate.node.index), -position


def _is_named_by(open_mention: OpenMention, candidate: Candidate) -> bool:
    """An exact name or synonym names its node, any other candidate if it is spelt alike."""
    mention, node = open_mention.mention, candidate.node
    exact = candidate.score >= 1 and node.type in (mention.type, *_NO_SYMBOLS)
    return exact or spelt_as(mention.text, node)
