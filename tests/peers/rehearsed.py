"""A language model that says what the demonstration reasoner decides: real prompts, no network.

`Rehearsed` is a reasoner that puts the demonstration's decision into a model's mouth before
each act and then goes the whole way of a language model: prompt, schema, validation, reading.
With another model `beside` it (a ledgered one, say), that model is asked every question first
and must answer in shape; what it says is then passed over. So a model of random weights can be
taken through all stages of the method.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pipeline.core.config import ModelConfig
from pipeline.core.errors import MalformedOutput
from pipeline.core.kg.index import GraphIndex
from pipeline.core.linking.exact_names import nodes_called
from pipeline.core.llm.base import Answer, LanguageModel, Request, Usage
from pipeline.core.llm.structured import UnusableText, ask_with_repair, checked_value
from pipeline.core.reasoner import DraftCoT, Preference
from pipeline.core.reasoners.demonstration import DemonstrationReasoner
from pipeline.core.reasoners.language_model import LanguageModelReasoner
from pipeline.core.reasoners.language_model.answers import (
    MAX_ANSWER_ENTITIES,
    MAX_EDGES_PER_STEP,
    MAX_NAME_LENGTH,
    MAX_NAME_WORDS,
    MAX_QUESTION_ENTITIES,
    MAX_STEPS,
    MOST_CONFIDENT,
    mention_id,
    step_id,
)
from pipeline.core.records import (
    Assertion,
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

T = TypeVar("T")


@dataclass
class SpokenModel:
    """A LanguageModel that answers with the values put before it, in turn, and keeps count."""

    values: list[Any] = field(default_factory=list)
    beside: LanguageModel | None = None
    asked: list[Request] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    endpoint: str = "spoken"
    model: str = "spoken-1"

    def ask(self, request: Request) -> Answer:
        self.asked.append(request)
        if self.beside is not None:
            ask_with_repair(self.beside, request)
        value = self.values.pop(0)
        text = value if isinstance(value, str) else json.dumps(value)
        self.said.append(text)
        try:
            checked = checked_value(text, request.answer_type)
        except UnusableText as error:
            raise MalformedOutput(str(error), stage=request.stage, text=text) from None
        return Answer(text, checked, "stop", Usage(None, None))


class Rehearsed:
    """The six acts as a language model does them, its answers those of the demonstration."""

    kind = ReasonerKind.LANGUAGE_MODEL

    def __init__(
        self, graph: GraphIndex, config: ModelConfig, beside: LanguageModel | None = None
    ) -> None:
        self.model = SpokenModel(beside=beside)
        self._graph = graph
        self._names = LexicalSimilarity(graph)
        self._decides = DemonstrationReasoner(graph)
        self._speaks = LanguageModelReasoner(self.model, config)

    def extract(self, question: Question) -> Extraction:
        value = self._terms(question, self._decides.extract(question).mentions)
        return self._act(value, lambda: self._speaks.extract(question))

    def select(
        self, question: Question, open_mentions: Sequence[OpenMention]
    ) -> tuple[int | None, ...]:
        chosen = self._decides.select(question, open_mentions)
        value = {mention_id(at): choice for at, choice in enumerate(chosen)}
        return self._act(value, lambda: self._speaks.select(question, open_mentions))

    def prune(self, question: Question, paths: Sequence[Path], keep: int) -> tuple[int, ...]:
        value = {"kept": self._decides.prune(question, paths, keep)}
        return self._act(value, lambda: self._speaks.prune(question, paths, keep))

    def generate(
        self, question: Question, paths: Sequence[Path], *, reaches_answer: bool = True
    ) -> DraftCoT:
        draft = self._decides.generate(question, paths, reaches_answer=reaches_answer)
        steps = [
            {"text": step.text, "edges": list(step.edge_numbers)[:MAX_EDGES_PER_STEP]}
            for step in draft.steps[:MAX_STEPS]
        ]
        value = {"steps": steps, "conclusion": draft.conclusion}
        return self._act(
            value, lambda: self._speaks.generate(question, paths, reaches_answer=reaches_answer)
        )

    def answer(self, question: Question, masked_reasoning: str | None) -> ReadAnswer:
        read = self._decides.answer(question, masked_reasoning)
        decided = {"label": read.label} if question.options else {"answer": read.text}
        confidence = round((read.confidence or 0) * MOST_CONFIDENT)
        value = {"explanation": read.explanation, **decided, "confidence": confidence}
        return self._act(value, lambda: self._speaks.answer(question, masked_reasoning))

    def judge(self, question: Question, answer: str) -> Judgement:
        said = self._decides.judge(question, answer)
        value = {"explanation": said.explanation, "correct": said.correct}
        return self._act(value, lambda: self._speaks.judge(question, answer))

    def check_steps(
        self, question: Question, steps: Sequence[Step], paths: Sequence[Path]
    ) -> tuple[StepCheck, ...]:
        value = {
            step_id(step): {"explanation": check.explanation, "support": check.support}
            for step, check in zip(
                steps, self._decides.check_steps(question, steps, paths), strict=True
            )
        }
        return self._act(value, lambda: self._speaks.check_steps(question, steps, paths))

    def compare(self, question: Question, first: str, second: str) -> Preference:
        said = self._decides.compare(question, first, second)
        value = {"explanation": said.explanation, "better": said.chosen}
        return self._act(value, lambda: self._speaks.compare(question, first, second))

    def _act(self, value: Any, act: Callable[[], T]) -> T:
        self.model.values.append(value)
        return act()

    def _terms(self, question: Question, mentions: Sequence[Mention]) -> dict[str, Any]:
        """The mentions as extract/v2 lists them; sentences are none to a language model."""
        mentions = [one for one in mentions if _is_term(one.text)]
        asked = [one for one in mentions if one.side is Side.QUESTION][:MAX_QUESTION_ENTITIES]
        value: dict[str, Any] = {
            "answer": [self._entity(one) for one in mentions if one.side is Side.ANSWER],
            "question": [self._entity(one) for one in asked],
            "names": [],
        }
        for assertion in (Assertion.ABSENT, Assertion.FAMILY, Assertion.PAST):
            value[assertion] = [one.text for one in asked if one.assertion is assertion]
        if question.long_answer:
            explained = (one for one in mentions if one.side is Side.EXPLANATION)
            value["explanation"] = [self._entity(one) for one in explained]
        few = ("answer", "explanation", "family", "past")
        return value | {name: value[name][:MAX_ANSWER_ENTITIES] for name in few if name in value}

    def _entity(self, mention: Mention) -> dict[str, str]:
        """A model always commits itself to a type; the rules do not."""
        kind = mention.type or self._likely_type(mention.text)
        return {"text": mention.text, "type": kind.value}

    def _likely_type(self, text: str) -> NodeType:
        """That of a node so named, else of the one most nearly so, else any."""
        similar = (one.node for one in self._names.candidates(text, None, 1, 0.7))
        nodes = (*nodes_called(self._graph, text), *similar)
        return nodes[0].type if nodes else NodeType.DISEASE


def _is_term(text: str) -> bool:
    return len(text) <= MAX_NAME_LENGTH and len(text.split()) <= MAX_NAME_WORDS
