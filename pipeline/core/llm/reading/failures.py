"""What keeps a returned completion from being an answer, as the failures of the method."""

from dataclasses import dataclass
from typing import Any, TypeVar

from pipeline.core.errors import (
    EndpointUnavailable,
    NoAnswer,
    PromptTruncated,
    ReasonerFailure,
    Refused,
    TransientFailure,
    TruncatedOutput,
)
from pipeline.core.llm.base import Request, Usage
from pipeline.core.llm.dialects import Dialect
from pipeline.core.llm.reading.completion import Completion
from pipeline.core.llm.reading.usage import read_usage, was_read_in_part
from pipeline.core.llm.rejections import Sent, rejection_of

_JSON_TYPES = ("application/json", "text/json", "text/event-stream", "")
Kind = TypeVar("Kind", bound=ReasonerFailure)


def not_json(content_type: str, sent: Sent) -> EndpointUnavailable:
    """What a body means that is no JSON: cut off on its way, or a page of somebody else's."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind in _JSON_TYPES or kind.endswith("+json"):
        return TransientFailure(
            sent.says("answered with what is not JSON: if that stays, check the base URL"),
            stage=sent.stage,
            maybe_charged=True,
            may_be_prompt=True,
        )
    return EndpointUnavailable(
        sent.says("answered with a page, not with JSON: check the base URL"),
        stage=sent.stage,
        may_be_prompt=True,
    )


def no_answer(body: object, sent: Sent, *, service: str) -> ReasonerFailure:
    """What JSON of another shape means; some gateways report a fault with status 200."""
    if isinstance(body, dict) and body.get("error"):
        return _fault_of(body["error"], sent)
    return EndpointUnavailable(
        sent.says("does not answer as {service} do: check the base URL", service=service),
        stage=sent.stage,
        may_be_prompt=True,
    )


def _fault_of(error: object, sent: Sent) -> ReasonerFailure:
    sentence = "reported a fault instead of an answer: if that stays, check the base URL"
    passing = TransientFailure(
        sent.says(sentence), stage=sent.stage, maybe_charged=True, may_be_prompt=True
    )
    return rejection_of(error, sent, told="with status 200") or passing


@dataclass(frozen=True)
class Reading:
    """A completion beside the request it answers, and what it took."""

    completion: Completion
    request: Request
    host: str
    dialect: Dialect
    usage: Usage

    @classmethod
    def of(cls, completion: Completion, request: Request, host: str, dialect: Dialect) -> "Reading":
        return cls(completion, request, host, dialect, read_usage(completion.usage, request))

    def failure(self, body: Any, sent: Sent) -> ReasonerFailure | None:
        """What keeps the completion from being an answer at all, whatever its text says."""
        if body.get("error"):
            return _fault_of(body["error"], sent)
        completion, read = self.completion, self.usage.input_tokens
        if completion.refusal or completion.ended == "filtered":
            return self.failed(Refused, "The model declined to answer.", completion.refusal)
        if completion.ended == "fault":
            return self._broken_off()
        if was_read_in_part(self.request, read, self.dialect.context_tokens):
            return self.failed(PromptTruncated, self._read_in_part(read or 0))
        if completion.ended == "cut":
            return self.failed(TruncatedOutput, f"{self._how_cut()} {self._limit()}")
        return None if completion.text.strip() else self._nothing()

    def failed(self, kind: type[Kind], detail: str, text: str = "", **more: Any) -> Kind:
        """A failure of this kind, with what came and what it took."""
        return kind(
            detail,
            stage=self.request.stage,
            text=text or self.completion.text,
            finish_reason=self.completion.finish_reason,
            input_tokens=self.usage.input_tokens,
            output_tokens=self.usage.output_tokens,
            **more,
        )

    def _broken_off(self) -> TransientFailure:
        reason = f"{self.host} broke its answer off: if that stays, check the base URL."
        return self.failed(TransientFailure, reason, maybe_charged=True, may_be_prompt=True)

    def _nothing(self) -> NoAnswer:
        if self.completion.reasoning:
            reason = (
                f"{self.host} gave thoughts and no answer. If the answer is among them, switch "
                "off the server's reasoning parser, or test the endpoint again."
            )
        else:
            reason = f"{self.host} answered with nothing: if that stays, check the model's name."
        return self.failed(NoAnswer, reason, maybe_charged=True, may_be_prompt=True)

    def _read_in_part(self, read: int) -> str:
        length = sum(len(message.content) for message in self.request.messages)
        return (
            f"{self.host} says that it read {read:,} tokens of a prompt of {length:,} characters, "
            "which has more: the rest was cut off. Raise the server's context size (Ollama: "
            "OLLAMA_CONTEXT_LENGTH or num_ctx; llama.cpp: -c; vLLM: --max-model-len)."
        )

    def _how_cut(self) -> str:
        if self.completion.mostly_blank:
            return "The model filled its answer with blanks up to the token limit."
        if not self.completion.text.strip() and self.completion.reasoning:
            return "The model reasoned up to the token limit and gave no answer."
        return "The answer was cut off at the token limit."

    def _limit(self) -> str:
        return f"Raise the endpoint's output limit, now {self.request.max_output_tokens:,} tokens."
