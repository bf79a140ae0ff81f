"""When a call is sent again: the retry policy, and the clock that every wait goes by."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from pipeline.core.errors import EndpointUnavailable, TransientFailure


@dataclass(frozen=True)
class Clock:
    """The time (aware), a way to let seconds pass, and chance: a number between two."""

    now: Callable[[], datetime] = timezone.now
    sleep: Callable[[float], None] = time.sleep
    uniform: Callable[[float, float], float] = random.uniform

    def sleep_until_poll(self) -> None:
        """Wait a moment before looking again at what another thread or process will do."""
        self.sleep(self.uniform(0.05, 0.25))


@dataclass(frozen=True)
class RetryPolicy:
    """How often one call is sent, and how long it waits in between; all in seconds.

    Delays double from `first_delay` to `max_delay` with full jitter, so that threads that failed
    together do not come back together. A Retry-After up to `max_retry_after` is the least wait,
    so that a server that always says 0 is not asked in a loop. No call goes on after `max_total`.
    """

    max_attempts: int = 8
    first_delay: float = 1.0
    max_delay: float = 60.0
    max_retry_after: float = 120.0
    max_total: float = 900.0

    @classmethod
    def from_settings(cls) -> "RetryPolicy":
        return cls(max_attempts=settings.LLM_ATTEMPTS, max_retry_after=settings.LLM_LONGEST_WAIT)

    def next_delay(
        self, attempt: int, failure: EndpointUnavailable, *, elapsed: float, clock: Clock
    ) -> float | None:
        """Seconds until the next attempt after the n-th (from 1) failed; None: give up."""
        if attempt >= self.max_attempts or not isinstance(failure, TransientFailure):
            return None
        asked = failure.retry_after or 0.0
        if asked > self.max_retry_after:
            return None
        ceiling = min(self.max_delay, self.first_delay * 2.0 ** (attempt - 1))
        delay = max(clock.uniform(0.0, ceiling), asked and asked + clock.uniform(0.0, 1.0))
        return None if elapsed + delay > self.max_total else delay
