"""What the method would ask language models about a question, counted without asking any.

The production prompts are rendered; what each act would decide is taken from the demonstration
reasoner. Nothing is sent. Counts are characters: what tokens they are is for the caller to
assume, and to say so.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from pipeline.core.chain import Tools
from pipeline.core.config import MethodConfig, SimilarityConfig
from pipeline.core.embeddings.embedding_model import EMBED
from pipeline.core.kg.index import GraphIndex
from pipeline.core.llm.base import Request
from pipeline.core.method import make_trace
from pipeline.core.reasoner import DraftCoT, Preference
from pipeline.core.reasoners.demonstration import DemonstrationReasoner
from pipeline.core.reasoners.language_model import requests
from pipeline.core.records import (
    Candidate,
    Extraction,
    Judgement,
    NodeType,
    OpenMention,
    Path,
    Question,
    ReadAnswer,
    ReasonerKind,
    Step,
    StepCheck,
)
from pipeline.core.similarity.base import SimilarityBackend
from pipeline.core.similarity.registry import make_similarity

Asked = Literal["reasoner", "reader", "embeddings"]


@dataclass(frozen=True, slots=True)
class WouldAsk:
    """One call that would be made: its act (the prompt's name), of whom, and what is to be read.

    `characters` counts the prompt and its schema.
    """

    act: str
    characters: int
    asked: Asked


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
    asked: Asked
    calls: list[WouldAsk]
    kind: ReasonerKind = ReasonerKind.LANGUAGE_MODEL

    def extract(self, question: Question) -> Extraction:
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

    def generate(
        self, question: Question, paths: Sequence[Path], *, reaches_answer: bool = True
    ) -> DraftCoT:
        self._count(requests.generate_request(question, paths, self.config.model))
        return self.decides.generate(question, paths, reaches_answer=reaches_answer)

    def answer(self, question: Question, masked_reasoning: str | None) -> ReadAnswer:
        self._count(requests.answer_request(question, masked_reasoning, self.config.model))
        return self.decides.answer(question, masked_reasoning)

    def judge(self, question: Question, answer: str) -> Judgement:
        self._count(requests.judge_request(question, answer, self.config.model))
        return self.decides.judge(question, answer)

    def check_steps(
        self, question: Question, steps: Sequence[Step], paths: Sequence[Path]
    ) -> tuple[StepCheck, ...]:
        self._count(requests.check_steps_request(question, steps, paths, self.config.model))
        return self.decides.check_steps(question, steps, paths)

    def compare(self, question: Question, first: str, second: str) -> Preference:
        self._count(requests.compare_request(question, first, second, self.config.model))
        return self.decides.compare(question, first, second)

    def _count(self, request: Request) -> None:
        text = sum(len(message.content) for message in request.messages)
        # The schema goes along, in the call or, where a server knows no schemas, in words.
        text += len(json.dumps(request.schema))
        self.calls.append(WouldAsk(request.prompt_name, text, self.asked))


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
            characters = sum(len(text) for text, _ in texts)
            self.calls.append(WouldAsk(EMBED, characters, "embeddings"))
        return self.proposes.candidates_of_each(texts, k, floor)


def _others(questions: Sequence[Question], question: Question) -> list[Question]:
    """The others of the sample with as many options."""
    options = len(question.options)
    return [other for other in questions if other != question and len(other.options) == options]


def dry_run(
    questions: Sequence[Question], graph: GraphIndex, config: MethodConfig
) -> list[DryTrace]:
    """The calls that each question would take.

    Similarity is lexical whatever the configuration says: it proposes as many candidates a
    mention, and needs no embedding model at hand.
    """
    config = replace(config, preset="default", similarity=SimilarityConfig(backend="lexical"))
    similarity = make_similarity(graph, config.similarity)
    decides, traces = DemonstrationReasoner(graph), []
    for question in questions:
        calls: list[WouldAsk] = []
        reasoner = _Counting(decides, config, "reasoner", calls)
        reader = _Counting(decides, config, "reader", calls)
        others = partial(_others, questions)
        tools = Tools(graph, _CountingSimilarity(similarity, calls), reasoner, reader, others)
        trace = make_trace(question, tools, config)
        traces.append(DryTrace(tuple(calls), trace.failure is None))
    return traces
