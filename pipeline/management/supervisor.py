"""Keep a few programs running as children of one process, and end them with it.

Knows nothing of the product: `serve` says which programs there are and when they are ready.
A crashed child comes back after 1, 2, 4 ... 30 seconds. Children live in sessions of their
own, so that Ctrl-C reaches the supervisor alone, which ends them in order; on Linux the
kernel ends them too if the supervisor is killed outright.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

TICK_SECONDS = 0.2
STEADY_SECONDS = 60.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Program:
    """One child: its name in the log, its command line, what it adds to the environment."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RestartPolicy:
    """Seconds: waits before a restart, doubled from first to max; until a stop becomes a kill."""

    first_delay: float = 1.0
    max_delay: float = 30.0
    stop_timeout: float = 15.0


class Child:
    """A program's present process, and when it may start again after a crash."""

    def __init__(self, program: Program, *, folder: Path, policy: RestartPolicy) -> None:
        self.program = program
        self.folder = folder
        self.policy = policy
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.restart_at = 0.0
        self.delay = policy.first_delay

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.program.command,
            cwd=self.folder,
            env={**os.environ, **self.program.environment},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=die_with_parent(),
        )

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def tend(self) -> str | None:
        """Restart the child when its time has come; returns a log line when it just ended."""
        if self.running:
            return None
        if self.process is not None:
            return self._plan_restart(self.process)
        if time.monotonic() >= self.restart_at:
            self.start()
        return None

    def _plan_restart(self, ended: subprocess.Popen[bytes]) -> str:
        if time.monotonic() - self.started_at >= STEADY_SECONDS:
            self.delay = self.policy.first_delay
        delay = self.delay
        self.restart_at = time.monotonic() + delay
        self.delay = min(delay * 2, self.policy.max_delay)
        # What a killed program left of its own children would hold the port against its heir.
        self.signal_group(signal.SIGKILL)
        self.process = None
        how = describe_exit(ended.returncode)
        return f"{self.program.name} ended ({how}); it starts again in {delay:g} s."

    def terminate(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def signal_group(self, number: signal.Signals) -> None:
        """Signal the child and everything it started."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


class Supervisor:
    """Runs programs until a stop signal; `say` takes one log line at a time."""

    def __init__(
        self,
        programs: Sequence[Program],
        *,
        folder: Path,
        say: Callable[[str], None],
        policy: RestartPolicy | None = None,
    ) -> None:
        self.policy = policy or RestartPolicy()
        self.children = [Child(program, folder=folder, policy=self.policy) for program in programs]
        self.say = say
        self.stop_signals = 0

    def run(self, *, ready: Callable[[], bool], announce: Callable[[], None]) -> None:
        """Start all, call `announce` once `ready()` is true, return when a signal ended all."""
        with self._stop_on_signals():
            try:
                self._watch(ready, announce)
            finally:
                self._end()

    def _watch(self, ready: Callable[[], bool], announce: Callable[[], None]) -> None:
        announced = False
        while not self.stop_signals:
            for child in self.children:
                if line := child.tend():
                    self.say(line)
            if not announced and ready():
                announced = True
                announce()
            time.sleep(TICK_SECONDS)

    def _end(self) -> None:
        for child in self.children:
            child.terminate()
        deadline = time.monotonic() + self.policy.stop_timeout
        while self._any_running() and time.monotonic() < deadline and self.stop_signals < 2:
            time.sleep(TICK_SECONDS / 4)
        for child in self.children:
            child.signal_group(signal.SIGKILL)
        for child in self.children:
            if child.process is not None:
                child.process.wait()

    def _any_running(self) -> bool:
        return any(child.running for child in self.children)

    @contextmanager
    def _stop_on_signals(self) -> Iterator[None]:
        """Count stop signals instead of raising: an exception could lose a child just started."""

        def count(number: int, frame: FrameType | None) -> None:
            self.stop_signals += 1

        before = {number: signal.signal(number, count) for number in STOP_SIGNALS}
        # Whoever started this program may have held them back until they are counted.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def describe_exit(returncode: int) -> str:
    """A process's end in words: "exit code 3" or "killed by SIGKILL"."""
    if returncode >= 0:
        return f"exit code {returncode}"
    return f"killed by {signal.Signals(-returncode).name}"


def die_with_parent() -> Callable[[], None] | None:
    """What a child does first so that the kernel ends it with its parent (Linux only)."""
    if not sys.platform.startswith("linux"):
        return None
    # Loaded here, before the fork: after it, only the call itself is safe.
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def ask_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the kernel was asked
            os._exit(1)

    return ask_kernel
