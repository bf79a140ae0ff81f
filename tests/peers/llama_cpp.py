"""A real peer: llama.cpp's own HTTP server over a model of random weights, as a child process.

`peer` is one server for a whole test run; `Peer` can also be started, stopped, killed and
started again on the same port, for tests of what outlives a server.
"""

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import pytest

MODEL = "tiny-random"
_SLOTS, _PATIENCE = 4, 60.0


@dataclass
class Peer(AbstractContextManager["Peer"]):
    """One server on one port, which stays the same over restarts. An empty key asks for none.

    One that `embeds` gives vectors and no completions. `slot_context`: tokens of prompt and answer
    that each of the `slots` has room for.
    """

    model_file: Path
    api_key: str = ""
    slots: int = _SLOTS
    embeds: bool = False
    name: str = MODEL
    slot_context: int = 1 << 14
    port: int = field(default_factory=lambda: free_port())
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        command = [sys.executable, __file__, str(self.model_file), str(self.port)]
        of_model = (self.name, str(self.slot_context))
        # Its chatter would fill a pipe nobody reads.
        self._process = subprocess.Popen(
            [*command, *(str(self.slots), self.api_key, str(int(self.embeds))), *of_model],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait()

    def kill(self) -> None:
        """End it as a crash does: connections break in the middle."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def __enter__(self) -> "Peer":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=_PATIENCE)
            self._process = None

    def _wait(self) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not self._healthy():
            if self._process is None or self._process.poll() is not None:
                raise RuntimeError("The peer ended before it answered.")
            if time.monotonic() > deadline:
                self.kill()
                raise RuntimeError("The peer did not answer in time.")
            time.sleep(0.05)

    def _healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5) as reply:
                return bool(reply.status == 200)
        except (urllib.error.URLError, OSError):
            return False


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def peer_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a model of random weights; skips where the peer's packages are missing."""
    if not all(map(importlib.util.find_spec, ("xllamacpp", "gguf"))):
        pytest.skip("needs the packages xllamacpp and gguf: make setup-dev")
    from tests.peers.tiny_model import write_tiny_model

    path = tmp_path_factory.mktemp("peer") / "tiny.gguf"
    write_tiny_model(path)
    return path


@pytest.fixture(scope="session")
def peer(peer_model: Path) -> Iterator[Peer]:
    """A server that asks for no key, shared by the tests of a process."""
    with Peer(peer_model) as started:
        yield started


def serve(
    model_file: str, port: str, slots: str, api_key: str, embeds: str, name: str, context: str
) -> None:
    """The child's part: serve until whoever started it is gone."""
    import xllamacpp

    parent = os.getppid()
    given = xllamacpp.CommonParams()
    given.model.path, given.model_alias = model_file, {name}
    given.hostnames, given.port = ["127.0.0.1"], int(port)
    given.n_parallel, given.n_ctx = int(slots), int(slots) * int(context)
    given.cpuparams.n_threads = 1
    given.use_jinja, given.ui, given.offline = True, False, True
    given.endpoint_metrics = True
    if int(embeds):
        given.embedding = True
        given.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    if api_key:
        given.api_keys = [api_key]
    server = xllamacpp.Server(given)
    while server and os.getppid() == parent:
        time.sleep(0.2)


if __name__ == "__main__":
    serve(*sys.argv[1:])
