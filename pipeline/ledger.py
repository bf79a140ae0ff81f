"""The durable record of every LLM call: a row before it is sent, settled after.

A settled call is never paid twice: an equal fingerprint replays its answer.
"""

import hashlib
import json
import time
from dataclasses import dataclass, field

from django.utils import timezone

from pipeline.core.errors import ReasonerFailure
from pipeline.core.llm.base import Answer, LanguageModel, Request, Usage, as_plain
from pipeline.models import LLMCall, Trace


@dataclass(frozen=True)
class LedgeredModel:
    """A LanguageModel that writes every call of one trace into the ledger."""

    language_model: LanguageModel
    trace: Trace
    replay: bool = field(default=True)

    @property
    def endpoint(self) -> str:
        return self.language_model.endpoint

    @property
    def model(self) -> str:
        return self.language_model.model

    def ask(self, request: Request) -> Answer:
        """The model's answer, or the settled answer of an equal earlier call."""
        fingerprint = self._fingerprint(request)
        earlier = settled_call(fingerprint) if self.replay else None
        if earlier is not None:
            self._reserve(request, fingerprint, replay_of=earlier)
            return answer_of(earlier)
        return self._send(request, self._reserve(request, fingerprint))

    def _send(self, request: Request, call: LLMCall) -> Answer:
        started = time.monotonic()
        try:
            answer = self.language_model.ask(request)
        except ReasonerFailure as failure:
            settle_failed(call, failure, milliseconds=_since(started))
            raise
        settle(call, answer, milliseconds=_since(started))
        return answer

    def _reserve(
        self, request: Request, fingerprint: str, replay_of: LLMCall | None = None
    ) -> LLMCall:
        status = LLMCall.Status.REPLAYED if replay_of else LLMCall.Status.IN_FLIGHT
        return LLMCall.objects.create(
            batch_id=self.trace.batch_id,
            trace=self.trace,
            stage=request.stage,
            fingerprint=fingerprint,
            endpoint=self.endpoint,
            model=self.model,
            parameters=_parameters(request),
            prompt_name=request.prompt_name,
            prompt_version=request.prompt_version,
            messages=as_plain(request.messages),
            sample_index=request.sample_index,
            status=status,
            replay_of=replay_of,
        )

    def _fingerprint(self, request: Request) -> str:
        asked = {
            "endpoint": self.endpoint,
            "model": self.model,
            "parameters": _parameters(request),
            "prompt": [request.prompt_name, request.prompt_version],
            "messages": as_plain(request.messages),
            "sample_index": request.sample_index,
        }
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def settled_call(fingerprint: str) -> LLMCall | None:
    """The earliest settled call of this fingerprint, if there is one."""
    return LLMCall.objects.filter(fingerprint=fingerprint, status=LLMCall.Status.SETTLED).first()


def answer_of(call: LLMCall) -> Answer:
    """The answer a settled call recorded."""
    usage = Usage(call.input_tokens, call.output_tokens)
    return Answer(call.answer_text, call.answer_value, call.finish_reason, usage)


def settle(call: LLMCall, answer: Answer, *, milliseconds: int) -> None:
    """Record the answer of a call in flight."""
    LLMCall.objects.filter(pk=call.pk, status=LLMCall.Status.IN_FLIGHT).update(
        status=LLMCall.Status.SETTLED,
        answer_text=answer.text,
        answer_value=answer.value,
        finish_reason=answer.finish_reason,
        input_tokens=answer.usage.input_tokens,
        output_tokens=answer.usage.output_tokens,
        latency_ms=milliseconds,
        settled_at=timezone.now(),
    )


def settle_failed(call: LLMCall, failure: ReasonerFailure, *, milliseconds: int) -> None:
    """Record that a call in flight ended in a typed failure."""
    LLMCall.objects.filter(pk=call.pk, status=LLMCall.Status.IN_FLIGHT).update(
        status=LLMCall.Status.FAILED,
        error=f"{failure.reason}: {failure.detail}",
        latency_ms=milliseconds,
        settled_at=timezone.now(),
    )


def _parameters(request: Request) -> dict[str, object]:
    return {
        "max_output_tokens": request.max_output_tokens,
        "temperature": request.temperature,
        "schema": request.schema,
    }


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
