"""Replies of a server, put together from few parts: what it answers, when, and how often.

A reply is a function of a call. `answer` is the reply of a server that works; each keyword of
it is one thing that a server does otherwise.
"""

import json
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.lab.answers import answer_to, prompt_of

# The question that some servers cannot bear, one of twelve; it has a long context.
ODD_QUESTION = "Case 7."
# Stands for the right answer in what a server is told to say.
ANSWER = "{answer}"
LIMITS = ("max_tokens", "max_completion_tokens")
UNLIMITED = 10**6
CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True)
class Call:
    """One request as the server sees it: what is asked, and the how manieth it is (from 1)."""

    asked: dict[str, Any]
    number: int

    @property
    def is_of_batch(self) -> bool:
        """Whether it is about a question, not one of an endpoint test's tiny prompts."""
        return "<data>" in prompt_of(self.asked)

    @property
    def is_odd(self) -> bool:
        return ODD_QUESTION in prompt_of(self.asked)

    @property
    def limit(self) -> int:
        """The limit of output tokens, under whichever name it came."""
        return self.limit_by(LIMITS)

    def limit_by(self, names: Container[str]) -> int:
        """The limit of output tokens, by one of these names; without one, more than is written."""
        limits = [value for name, value in self.asked.items() if name in LIMITS and name in names]
        return min(limits, default=UNLIMITED)


@dataclass(frozen=True)
class Response:
    """What goes over the wire, after so many seconds; with `queues`, those of one after another.

    `sent` bytes are sent of the body, then the connection ends.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] | tuple[()] = ()
    content_type: str = "application/json"
    sent: int | None = None
    seconds: float = 0.0
    queues: bool = False


Reply = Callable[[Call], Response]
Condition = Callable[[Call], bool]
Told = Mapping[str, Any] | None


def tokens_in(text: str) -> int:
    return len(text) // CHARACTERS_PER_TOKEN + 1


def usage_of(call: Call, written: str) -> dict[str, int]:
    """Tokens as a server counts them."""
    read, wrote = tokens_in(prompt_of(call.asked)), tokens_in(written)
    return {"prompt_tokens": read, "completion_tokens": wrote, "total_tokens": read + wrote}


def answer(
    content: Any = ANSWER,
    *,
    finish: str | None = "stop",
    usage: Callable[[dict[str, int]], Told] = lambda counted: counted,
    choice: Mapping[str, Any] | None = None,
    around: Mapping[str, Any] | None = None,
    keeps: Container[str] = LIMITS,
    **message: Any,
) -> Reply:
    """A completion. `usage` changes what was counted; `choice` and `around` add fields there.

    An output limit that is too small cuts it off, if the server knows it by that name.
    """

    def reply(call: Call) -> Response:
        right = answer_to(call.asked)
        told = {"role": "assistant", "content": content, **message}
        told = {name: _with_answer(value, right) for name, value in told.items()}
        ending, limit = finish, call.limit_by(keeps)
        if limit < tokens_in(right):
            told = {"role": "assistant", "content": right[: limit * CHARACTERS_PER_TOKEN]}
            ending = "length"
        counted = usage(usage_of(call, json.dumps(told)))
        body = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": call.asked["model"],
            "choices": [{"index": 0, "message": told, "finish_reason": ending, **(choice or {})}],
            **({} if counted is None else {"usage": counted}),
            **(around or {}),
        }
        return Response(body=json.dumps(body).encode())

    return reply


def _with_answer(value: Any, right: str) -> Any:
    """The value with the right answer wherever ANSWER stands in it."""
    if isinstance(value, str):
        return value.replace(ANSWER, right)
    if isinstance(value, list):
        return [_with_answer(part, right) for part in value]
    if isinstance(value, dict):
        return {name: _with_answer(part, right) for name, part in value.items()}
    return value


GOOD = answer()


def json_of(body: Any, status: int = 200, headers: Mapping[str, str] | tuple[()] = ()) -> Reply:
    """A reply of this JSON whatever is asked."""
    return lambda call: Response(status, json.dumps(body).encode(), headers)


def error(
    status: int, message: str = "(words of the server)", *, headers: Any = (), **fields: Any
) -> Reply:
    """An error as OpenAI words it: `param`, `code` and `type` beside the message."""
    return json_of({"error": {"message": message, **fields}}, status, headers)


def page(status: int, content_type: str = "text/html") -> Reply:
    """A page for people, as proxies and firewalls send it."""
    body = b"<html><body><h1>Blocked</h1></body></html>"
    return lambda call: Response(status, body, content_type=content_type)


def where(condition: Condition, reply: Reply, otherwise: Reply = GOOD) -> Reply:
    """The reply where the condition holds."""
    return lambda call: (reply if condition(call) else otherwise)(call)


def late(seconds: float, *, queues: bool = False) -> Reply:
    """A right answer after so many seconds; with `queues`, one after another."""
    return wrapped(seconds=seconds, queues=queues)


def event_stream(call: Call) -> Response:
    """A completion as the one chunk of a stream."""
    chunk = json.loads(GOOD(call).body)
    chunk["choices"] = [{"index": 0, "delta": chunk["choices"][0]["message"]}]
    body = f"data: {json.dumps(chunk)}\n\ndata: [DONE]\n\n".encode()
    return Response(body=body, content_type="text/event-stream")


def asks_format(*kinds: str) -> Condition:
    """Whether a call asks for one of these response formats."""
    return lambda call: (call.asked.get("response_format") or {}).get("type") in kinds


def schema_says(*words: str) -> Condition:
    """Whether one of the words stands in the schema that a call asks to be held to."""
    return lambda call: any(
        f'"{word}"' in json.dumps(call.asked.get("response_format")) for word in words
    )


def sends(*parameters: str) -> Condition:
    """Whether a call sends one of these parameters."""
    return lambda call: any(name in call.asked for name in parameters)


def for_one_question(reply: Reply, otherwise: Reply = GOOD) -> Reply:
    """The reply to every call about one question of the twelve."""
    return where(lambda call: call.is_odd, reply, otherwise)


def every_second(reply: Reply, otherwise: Reply = GOOD) -> Reply:
    """The reply to every second request, beginning with the first."""
    return where(lambda call: call.number % 2 == 1, reply, otherwise)


def first(calls: int, reply: Reply, otherwise: Reply) -> Reply:
    """The reply to so many requests, then another."""
    return where(lambda call: call.number <= calls, reply, otherwise)


def for_real_prompts(reply: Reply, otherwise: Reply = GOOD) -> Reply:
    """The reply to a batch's prompts, not to an endpoint test's small ones."""
    return where(lambda call: call.is_of_batch, reply, otherwise)


def once(reply: Reply, otherwise: Reply = GOOD) -> Reply:
    """The reply to the first request only."""
    return where(lambda call: call.number == 1, reply, otherwise)


def wrapped(before: bytes = b"", after: bytes = b"", reply: Reply = GOOD, **changes: Any) -> Reply:
    """The bytes of a reply with others around them, and other fields of the response."""

    def changed(call: Call) -> Response:
        made = reply(call)
        return replace(made, body=before + made.body + after, **changes)

    return changed
