"""LanguageModelReasoner: eight acts, each a prompt, an answer held to a schema, and its record.

Whatever a model answers is a choice among what it was shown, text about it, or a failure with
a reason. The model may be the ledger's wrapper: every call, repairs included, goes through it.
"""

from collections.abc import Sequence
from typing import Any, cast

from pydantic import BaseModel

from pipeline.core.config import ModelConfig
from pipeline.core.errors import MalformedOutput
from pipeline.core.llm.base import Answer, LanguageModel, Request
from pipeline.core.llm.structured import ask_with_repair
from pipeline.core.reasoner import DraftCoT, DraftStep, Preference
from pipeline.core.reasoners.language_model import answers, requests
from pipeline.core.reasoners.language_model.answers import (
    Entities,
    FirstEntities,
    mention_id,
    step_id,
)
from pipeline.core.reasoners.language_model.mention_spans import extraction_of
from pipeline.core.records import (
    DecidedBy,
    Extraction,
    Judgement,
    OpenMention,
    Path,
    Question,
    ReadAnswer,
    ReasonerKind,
    Side,
    Step,
    StepCheck,
    Support,
)


class LanguageModelReasoner:
    """A Reasoner over one model. `sample_index` (from 0) tells apart samples of one question."""

    kind = ReasonerKind.LANGUAGE_MODEL

    def __init__(self, model: LanguageModel, config: ModelConfig, *, sample_index: int = 0) -> None:
        self._model, self._config, self._sample = model, config, sample_index

    def extract(self, question: Question) -> Extraction:
        """Mentions that stand in the texts, and what was named and does not stand there.

        Raises MalformedOutput when the question holds no term of the several that are named in
        it, and a second answer is no better.
        """
        request = requests.extract_request(question, self._config, sample_index=self._sample)

        def read(answer: Answer) -> Extraction:
            answer_type = cast(type[BaseModel], request.answer_type)
            value = answer_type.model_validate(answer.value, strict=False)
            extraction = extraction_of(cast(Entities | FirstEntities, value), question)
            _require_a_term(extraction, request, answer)
            return extraction

        return read(ask_with_repair(self._model, request, read))

    def select(
        self, question: Question, open_mentions: Sequence[OpenMention]
    ) -> tuple[int | None, ...]:
        value = self._value(
            requests.select_request(
                question, open_mentions, self._config, sample_index=self._sample
            )
        )
        return tuple(value[mention_id(position)] for position in range(len(open_mentions)))

    def prune(self, question: Question, paths: Sequence[Path], keep: int) -> tuple[int, ...]:
        """Positions as the model ranks them; one named twice is kept once."""
        value = self._value(
            requests.prune_request(question, paths, keep, self._config, sample_index=self._sample)
        )
        return tuple(dict.fromkeys(value["kept"]))

    def generate(
        self, question: Question, paths: Sequence[Path], *, reaches_answer: bool = True
    ) -> DraftCoT:
        value = self._value(
            requests.generate_request(
                question,
                paths,
                self._config,
                reaches_answer=reaches_answer,
                sample_index=self._sample,
            )
        )
        steps = (DraftStep(step["text"], tuple(step["edges"])) for step in value["steps"])
        return DraftCoT(tuple(steps), value["conclusion"])

    def answer(self, question: Question, masked_reasoning: str | None) -> ReadAnswer:
        value = self._value(
            requests.answer_request(
                question, masked_reasoning, self._config, sample_index=self._sample
            )
        )
        confidence = value["confidence"] / answers.MOST_CONFIDENT if "confidence" in value else None
        if not question.options:
            return ReadAnswer(None, value["answer"].strip(), value["explanation"], confidence)
        texts: dict[str | None, str] = {o.label: o.text for o in question.options}
        text = texts.get(value["label"], "")
        return ReadAnswer(value["label"], text, value["explanation"], confidence)

    def judge(self, question: Question, answer: str) -> Judgement:
        value = self._value(
            requests.judge_request(question, answer, self._config, sample_index=self._sample)
        )
        return Judgement(value["correct"], value["explanation"])

    def check_steps(
        self, question: Question, steps: Sequence[Step], paths: Sequence[Path]
    ) -> tuple[StepCheck, ...]:
        request = requests.check_steps_request(
            question, steps, paths, self._config, sample_index=self._sample
        )
        value = self._value(request)
        return tuple(
            StepCheck(
                step.number,
                Support(value[step_id(step)]["support"]),
                DecidedBy.READER,
                value[step_id(step)]["explanation"],
            )
            for step in steps
        )

    def compare(self, question: Question, first: str, second: str) -> Preference:
        value = self._value(
            requests.compare_request(
                question, first, second, self._config, sample_index=self._sample
            )
        )
        return Preference(value["better"], value["explanation"])

    def _value(self, request: Request) -> Any:
        return self._ask(request).value

    def _ask(self, request: Request) -> Answer:
        return ask_with_repair(self._model, request)


def _require_a_term(extraction: Extraction, request: Request, answer: Answer) -> None:
    """Raises MalformedOutput, for a repair turn to say, where all that was named was dropped."""
    dropped = [one for one in extraction.dropped if one.side is Side.QUESTION]
    found = any(mention.side is Side.QUESTION for mention in extraction.mentions)
    if not dropped or found:
        return
    reasons = " or ".join(sorted({one.reason for one in dropped}))
    raise MalformedOutput(
        f"None of the {len(dropped)} entities named is a term of the question: each is {reasons}. "
        'Copy single terms of a few words, letter by letter, as "text".',
        stage=request.stage,
        text=answer.text,
        finish_reason=answer.finish_reason,
    )
