"""How many calls at once an endpoint bears, and how long to wait for one.

Measured by the same tiny question, alone and several at a time. A server that answers one after
another makes each wait for all others: what a call of the method takes alone decides how many
may wait, and the time limit leaves room for three times that.
"""

from dataclasses import dataclass
from math import ceil

# What a call of the method writes at most as a rule; models that think write more.
LONG_ANSWER, LONG_THOUGHT = 1_000, 4_000
MANY_CALLS, CALLS_TOGETHER = 8, 4
BEARABLE_SECONDS, BEARABLE_SLOWDOWN = 120.0, 1.5
SHORTEST_LIMIT, LONGEST_LIMIT = 120, 3_600
MARGIN = 3


@dataclass(frozen=True)
class Measured:
    """Seconds of one tiny answer, and of several asked for together; tokens of one answer.

    `together` None: not measured, since one alone took its time, or since not all were answered.
    """

    tokens: int
    alone: float
    together: float | None = None

    @property
    def tokens_per_second(self) -> float:
        return self.tokens / max(self.alone, 0.001)

    @property
    def slowdown(self) -> float:
        """How much longer an answer takes among others; as in a queue where not measured."""
        if self.together is None:
            return CALLS_TOGETHER
        return min(float(CALLS_TOGETHER), max(1.0, self.together / max(self.alone, 0.001)))


@dataclass(frozen=True)
class Pace:
    """Calls at once, None for as many as the installation makes; and the time limit in seconds."""

    calls_at_once: int | None
    timeout_seconds: int


def pace_of(measured: Measured, *, reasons: bool) -> Pace:
    """The pace that suits what was measured."""
    alone = (LONG_THOUGHT if reasons else LONG_ANSWER) / measured.tokens_per_second
    bearable = max(BEARABLE_SECONDS, alone * BEARABLE_SLOWDOWN)
    fitting = (calls for calls in (MANY_CALLS, 4, 2) if _among(calls, alone, measured) <= bearable)
    calls = next(fitting, 1)
    seconds = ceil(MARGIN * _among(calls, alone, measured) / 10) * 10
    limit = max(SHORTEST_LIMIT, min(LONGEST_LIMIT, seconds))
    return Pace(None if calls == MANY_CALLS else calls, limit)


def _among(calls: int, alone: float, measured: Measured) -> float:
    """Seconds that a long answer takes among so many, each of which slows it alike."""
    return alone * (1 + (measured.slowdown - 1) * (calls - 1) / (CALLS_TOGETHER - 1))
