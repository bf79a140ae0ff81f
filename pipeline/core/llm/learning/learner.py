"""How an endpoint wants to be asked, found by asking it a tiny question in one way after another.

A way is given up only when it fails twice running, or thrice where the failure may pass, and
once more after another way has worked: one odd answer lowers nothing. A parameter that is
refused by its name is mended at once; what a lead has stated is never changed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.core.errors import (
    MalformedOutput,
    NoAnswer,
    ParameterRejected,
    ReasonerFailure,
    Refused,
    RequestRejected,
    TransientFailure,
    TruncatedOutput,
)
from pipeline.core.llm.base import Answer, Request, Usage
from pipeline.core.llm.canary import CANARY, FREE_CANARY
from pipeline.core.llm.dialects import AnswerFormat, Dialect, OutputLimit
from pipeline.core.llm.rejections import ARRAY_BOUNDS, SYSTEM_ROLE, TEXT_BOUNDS

Ask = Callable[[Dialect, Request], Answer]

LADDER: tuple[AnswerFormat, ...] = ("json_schema", "json_object", "plain")
# Output limits tried where a model thinks through all that it is given.
ROOMS = (2_048, 8_192, 32_768)
# What a model that thinks is given on real prompts, which make it think longer.
REASONING_ROOMS = (16_000, 8_000, 4_000)
TINY_LIMIT = 4
# What an answer ends by that stands in a call of a tool, though none was offered.
TOOL_CALLS = ("tool_calls", "function_call")
OTHER_LIMIT: dict[OutputLimit, OutputLimit] = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
}
# As a batch asks: at temperature 0, which some models refuse.
QUESTION = replace(CANARY, temperature=0.0)
FREE_QUESTION = replace(FREE_CANARY, temperature=0.0)


@dataclass
class Learner:
    """Asks an endpoint until it answers; `stated` names the parts of its dialect that stay.

    Where `question` asks for free text, any text will do, and an answer format means nothing.
    """

    ask: Ask
    stated: frozenset[str] = frozenset()
    question: Request = QUESTION
    refusal: ParameterRejected | None = field(default=None, init=False)

    def learn(self, tried: Dialect) -> tuple[Dialect, Answer]:
        """The dialect in which it answers, and its answer. Raises why it answers in none."""
        failure: ReasonerFailure | None = None
        for answer_format in self._ladder(tried):
            base = replace(tried, answer_format=answer_format)
            try:
                return self._placed(*self._confirmed(tried, *self._in_one_way(base)))
            except _GIVING_UP as given_up:
                failure = given_up
                if _is_hopeless(failure):
                    break
        is_rejected = isinstance(failure, RequestRejected)
        raise (self.refusal if is_rejected and self.refusal else _unusable(failure))

    def room_for_thoughts(self, dialect: Dialect) -> Dialect:
        """The dialect with as large an output limit as the server takes of what thoughts need.

        Unless it turns out that the model does not think, and needed no more room than others.
        """
        if "max_output_tokens" in self.stated:
            return dialect
        for room in REASONING_ROOMS:
            roomier = replace(dialect, max_output_tokens=max(room, dialect.max_output_tokens or 0))
            try:
                thinks = bool(self.ask(roomier, self.question).reasoning)
            except RequestRejected:
                continue
            except ReasonerFailure:
                return roomier
            return roomier if thinks or dialect.max_output_tokens else dialect
        return dialect

    def with_kept_limit(self, dialect: Dialect) -> tuple[Dialect, bool]:
        """The dialect with the name of the output limit that is kept, and whether one is.

        A server that knows the parameter by its other name ignores this one without a word.
        """
        if self._keeps_limit(dialect) is not False:
            return dialect, True
        other = replace(dialect, output_limit=OTHER_LIMIT[dialect.output_limit])
        if "output_limit" not in self.stated and self._keeps_limit(other):
            return other, True
        return dialect, False

    def _keeps_limit(self, dialect: Dialect) -> bool | None:
        """Whether an answer breaks off at a tiny limit; None where nothing is learned."""
        try:
            self.ask(replace(dialect, max_output_tokens=TINY_LIMIT), self.question)
        except (TruncatedOutput, MalformedOutput, NoAnswer):
            return True
        except ReasonerFailure:
            return None
        return False

    def _ladder(self, tried: Dialect) -> tuple[AnswerFormat, ...]:
        is_fixed = "answer_format" in self.stated or self.question.answer_type is None
        return (tried.answer_format,) if is_fixed else LADDER

    def _answer(self, dialect: Dialect) -> Answer:
        """The answer to the question; free text that is cut off is one."""
        try:
            return self.ask(dialect, self.question)
        except TruncatedOutput as cut:
            if self.question.answer_type is not None or not cut.text.strip():
                raise
            usage = Usage(cut.input_tokens, cut.output_tokens)
            return Answer(cut.text, cut.text, cut.finish_reason, usage)

    def _confirmed(self, tried: Dialect, found: Dialect, answer: Answer) -> tuple[Dialect, Answer]:
        """What was found, unless what was tried first works after all."""
        first = replace(found, answer_format=self._ladder(tried)[0], **_lessened(tried))
        if first == found:
            return found, answer
        try:
            return first, self.ask(first, self.question)
        except ReasonerFailure:
            return found, answer

    def _placed(self, dialect: Dialect, answer: Answer) -> tuple[Dialect, Answer]:
        """In a tool call, if it stands there twice running."""
        if answer.finish_reason not in TOOL_CALLS or "answer_place" in self.stated:
            return dialect, answer
        again = self.ask(dialect, self.question)
        is_called = again.finish_reason in TOOL_CALLS
        return replace(dialect, answer_place="tool_call") if is_called else dialect, again

    def _in_one_way(self, base: Dialect) -> tuple[Dialect, Answer]:
        """An answer in this format, in the way tried first or in one that differs in one thing."""
        try:
            return self._patiently(base, patience=2)
        except _GIVING_UP as failure:
            if _is_hopeless(failure):
                raise
            for way in self._other_ways(base, failure):
                try:
                    return self._patiently(way, patience=1)
                except _GIVING_UP:
                    continue
            raise

    def _other_ways(self, base: Dialect, failure: ReasonerFailure) -> Iterator[Dialect]:
        ways: dict[str, Any] = {}
        if isinstance(failure, NoAnswer):
            ways = {"answer_place": "reasoning"}
        elif isinstance(failure, RequestRejected | TransientFailure):
            ways = {"text_bounds": False, "array_bounds": False, "sends_temperature": False}
            ways |= {"system_role": False, "output_limit": OTHER_LIMIT[base.output_limit]}
        for name, value in ways.items():
            if name not in self.stated and getattr(base, name) != value:
                yield replace(base, **{name: value})

    def _patiently(self, dialect: Dialect, *, patience: int) -> tuple[Dialect, Answer]:
        """Ask until it answers, mending what is refused by its name."""
        failed, seen = 0, [dialect]
        while True:
            try:
                return dialect, self._answer(dialect)
            except _GIVING_UP as failure:
                mended = self._mended(dialect, failure)
                if mended is not None and mended not in seen:
                    dialect = mended
                    seen.append(mended)
                    continue
                failed += 1
                may_pass = patience > 1 and isinstance(failure, TransientFailure)
                if failed >= patience + may_pass or not _says_something(failure):
                    raise

    def _mended(self, dialect: Dialect, failure: ReasonerFailure) -> Dialect | None:
        """The dialect without what the failure is about; None where that cannot be told."""
        change: dict[str, Any] = {}
        if isinstance(failure, ParameterRejected):
            change = _without(failure.parameter, dialect)
            if failure.parameter != "response_format":
                self.refusal = self.refusal or failure
        elif isinstance(failure, TruncatedOutput) and not failure.text.strip():
            given = dialect.max_output_tokens or self.question.max_output_tokens
            change = {"max_output_tokens": next((room for room in ROOMS if room > given), given)}
        mended = replace(dialect, **change) if self.stated.isdisjoint(change) else dialect
        return None if mended == dialect else mended


# What says something of the way in which an endpoint was asked; every other failure is raised.
_GIVING_UP = (MalformedOutput, RequestRejected, TransientFailure, TruncatedOutput)


def _says_something(failure: ReasonerFailure) -> bool:
    """Not what concerns the moment: being busy, slow, or not there."""
    if isinstance(failure, TransientFailure):
        return failure.may_be_prompt and not failure.late
    return True


def _is_hopeless(failure: ReasonerFailure) -> bool:
    """A parameter refused by its name that no other way leaves out, or a fault of the moment."""
    if isinstance(failure, ParameterRejected):
        return failure.parameter not in ("response_format", *OTHER_LIMIT)
    return not _says_something(failure)


def _without(parameter: str, dialect: Dialect) -> dict[str, Any]:
    if parameter == dialect.output_limit:
        return {"output_limit": OTHER_LIMIT[dialect.output_limit]}
    return {
        "temperature": {"sends_temperature": False},
        SYSTEM_ROLE: {"system_role": False},
        ARRAY_BOUNDS: {"array_bounds": False},
        TEXT_BOUNDS: {"text_bounds": False},
    }.get(parameter, {})


def _lessened(tried: Dialect) -> dict[str, Any]:
    names = (
        *("array_bounds", "text_bounds", "sends_temperature", "system_role"),
        *("output_limit", "answer_place"),
    )
    return {name: getattr(tried, name) for name in names}


def _unusable(failure: ReasonerFailure | None) -> ReasonerFailure:
    if isinstance(failure, MalformedOutput):
        failure.detail = (
            "The model's answers cannot be used in any answer format, as JSON that meets a schema: "
            f"choose another model. {failure.detail}"
        )
        failure.args = (failure.detail,)
    return failure or Refused("The endpoint was not asked.", stage=QUESTION.stage)
