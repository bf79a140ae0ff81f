"""What the method would ask language models about a question, counted without asking any.

The production prompts are rendered; what each act would decide is taken from the demonstration
reasoner. Nothing is sent. Counts are characters: what tokens they are is for the caller to
assume, and to say so.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from pipeline.core.config import MethodConfig, SimilarityConfig
from pipeline.core.embeddings.embedding_model import EMBED
from pipeline.core.kg.index import GraphIndex
from pipeline.core.llm.base import Request
from pipeline.core.method import Tools, make_trace
from pipeline.core.reasoner import DraftCoT
from pipeline.core.reasoners.demonstration import DemonstrationReasoner
from pipeline.core.reasoners.language_model import requests
from pipeline.core.records import (
    Candidate,
    Judgement,
    Mention,
    NodeType,
    OpenMention,
    Path,
    Question,
    ReadAnswer,
    ReasonerKind,
)
from pipeline.core.similarity.base import SimilarityBackend
from pipeline.core.similarity.registry import make_similarity

Asked = Literal["reasoner", "reader", "embeddings"]
ASKED: dict[str, Asked] = {"answer": "reader", "judge": "reader", EMBED: "embeddings"}


@dataclass(frozen=True, slots=True)
class WouldAsk:
    """One call that would be made: its act (the prompt's name) and the characters to be read."""

    act: str
    characters: int

    @property
    def asked(self) -> Asked:
        """Which model would be asked."""
        return ASKED.get(self.act, "reasoner")


@dataclass(frozen=True, slots=True)
class DryTrace:
    """The calls of one question, and whether it would come to a verdict."""

    calls: tuple[WouldAsk, ...]
    finished: bool


@dataclass
class _Counting:
    """A Reasoner that decides by rules and keeps count of what a model would be asked."""

    decides: DemonstrationReasoner
    config: MethodConfig
    kind: ReasonerKind = ReasonerKind.LANGUAGE_MODEL
    calls: list[WouldAsk] = field(default_factory=list)

    def extract(self, question: Question) -> tuple[Mention, ...]:
        self._count(requests.extract_request(question, self.config.model))
        return self.decides.extract(question)

    def select(
        self, question: Question, open_mentions: Sequence[OpenMention]
    ) -> tuple[int | None, ...]:
        self._count(requests.select_request(question, open_mentions, self.config.model))
        return self.decides.select(question, open_mentions)

    def prune(self, question: Question, paths: Sequence[Path], keep: int) -> tuple[int, ...]:
        self._count(requests.prune_request(question, paths, keep, self.config.model))
        return self.decides.prune(question, paths, keep)

    def generate(self, question: Question, paths: Sequence[Path]) -> DraftCoT:
        self._count(requests.generate_request(question, paths, self.config.model))
        return self.decides.generate(question, paths)

    def answer(self, question: Question, masked_reasoning: str) -> ReadAnswer:
        self._count(requests.answer_request(question, masked_reasoning, self.config.model))
        return self.decides.answer(question, masked_reasoning)

    def judge(self, question: Question, answer: str) -> Judgement:
        self._count(requests.judge_request(question, answer, self.config.model))
        return self.decides.judge(question, answer)

    def _count(self, request: Request) -> None:
        text = sum(len(message.content) for message in request.messages)
        # The schema goes along, in the call or, where a server knows no schemas, in words.
        text += len(json.dumps(request.schema))
        self.calls.append(WouldAsk(request.prompt_name, text))


@dataclass
class _CountingSimilarity(SimilarityBackend):
    """A backend that keeps count of the texts that an embedding model would be asked for."""

    proposes: SimilarityBackend
    calls: list[WouldAsk]

    def candidates(
        self, text: str, type: NodeType | None, k: int, floor: float
    ) -> tuple[Candidate, ...]:
        return self.candidates_of_each([(text, type)], k, floor)[0]

    def candidates_of_each(
        self, texts: Sequence[tuple[str, NodeType | None]], k: int, floor: float
    ) -> tuple[tuple[Candidate, ...], ...]:
        if texts:
            self.calls.append(WouldAsk(EMBED, sum(len(text) for text, _ in texts)))
        return self.proposes.candidates_of_each(texts, k, floor)


def dry_run(
    questions: Sequence[Question], graph: GraphIndex, config: MethodConfig
) -> list[DryTrace]:
    """The calls that each question would take.

    Similarity is lexical whatever the configuration says: it proposes as many candidates a
    mention, and needs no embedding model at hand.
    """
    config = replace(config, preset="default", similarity=SimilarityConfig(backend="lexical"))
    similarity = make_similarity(graph, config.similarity)
    traces = []
    for question in questions:
        reasoner = _Counting(DemonstrationReasoner(graph), config)
        counted = _CountingSimilarity(similarity, reasoner.calls)
        tools = Tools(graph, counted, reasoner, reasoner)
        trace = make_trace(question, tools, config)
        traces.append(DryTrace(tuple(reasoner.calls), trace.failure is None))
    return traces
