"""How long a call is tried: time and chance as the ledger sees them, and the waits between."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone


@dataclass(frozen=True)
class Clock:
    """The time (aware), a way to let seconds pass, and chance: a number between two."""

    now: Callable[[], datetime] = timezone.now
    sleep: Callable[[float], None] = time.sleep
    uniform: Callable[[float, float], float] = random.uniform

    def nap(self) -> None:
        """Wait a moment for something that another thread or process will do."""
        self.sleep(self.uniform(0.05, 0.25))


@dataclass(frozen=True)
class Patience:
    """How often one call is sent, and how long it waits in between; all in seconds.

    Waits double from `first` to `longest` with full jitter, so that threads that failed
    together do not come back together. A wait that the endpoint asks for (Retry-After) is
    obeyed up to `longest_asked`. No call goes on after `in_all`.
    """

    attempts: int = 8
    first: float = 1.0
    longest: float = 60.0
    longest_asked: float = 120.0
    in_all: float = 900.0

    @classmethod
    def configured(cls) -> "Patience":
        return cls(attempts=settings.LLM_ATTEMPTS, longest_asked=settings.LLM_LONGEST_WAIT)

    def wait_after(
        self, attempt: int, *, asked: float | None, elapsed: float, clock: Clock
    ) -> float | None:
        """Seconds until the next attempt after the n-th (from 1) failed; None: give up."""
        if attempt >= self.attempts:
            return None
        if asked is not None:
            wait = asked + clock.uniform(0.0, self.first)
        else:
            wait = clock.uniform(0.0, min(self.longest, self.first * 2.0 ** (attempt - 1)))
        too_long = asked is not None and asked > self.longest_asked
        return None if too_long or elapsed + wait > self.in_all else wait
