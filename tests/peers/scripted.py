"""Language models that say what a test tells them, and a clock that a test can see run."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel

from pipeline.core.llm.base import Answer, Message, Request, Usage
from pipeline.ledger.retry import Clock


class Mentions(BaseModel):
    mentions: list[str]


REQUEST = Request(
    stage="extraction",
    prompt_name="extract",
    prompt_version="v1",
    messages=(Message("system", "Name the entities."), Message("user", "A child wheezes.")),
    answer_type=Mentions,
    max_output_tokens=200,
)
ANSWER = Answer('{"mentions": ["wheeze"]}', {"mentions": ["wheeze"]}, "stop", Usage(31, 9))


@dataclass
class Scripted:
    """A LanguageModel that goes through its outcomes, then repeats the last; threads share it."""

    outcomes: list[Answer | BaseException] = field(default_factory=lambda: [ANSWER])
    endpoint: str = "llm.example"
    model: str = "scripted-1"
    asked: list[Request] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def ask(self, request: Request) -> Answer:
        with self.lock:
            outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
            self.asked.append(request)
        self.meanwhile()
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome


@dataclass
class Time:
    """Time that passes only in sleep; chance always draws the most."""

    at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: self.at, sleep=self.pass_by, uniform=lambda least, most: most)

    def pass_by(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)
