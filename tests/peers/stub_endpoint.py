"""An OpenAI-compatible endpoint as a child process: a fixed latency, answers in shape, a count.

It answers every prompt of the method with the least that its schema allows, and extraction
with those of the given entities that stand in the prompt, so that a trace goes through every
call. `received` tells how often each question reached it: the server's own count.
"""

import http.client
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

# About what a call of the method takes.
INPUT_TOKENS, OUTPUT_TOKENS = 1300, 300
ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Stub:
    """A stub on one port, which stays the same over restarts, and the log of what reached it."""

    log: Path
    latency: float = 0.0
    forward: str = ""
    port: int = 0
    process: subprocess.Popen[str] | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def received(self) -> Counter[str]:
        """How often each list of messages came, by `digest`; kills of the stub included."""
        return Counter(self.log.read_text().split())

    def start(self) -> None:
        """Start it, and wait until it listens."""
        from tests.factories import ASKED, NODES

        types = dict(pair[::-1] for pair in NODES.values())
        known = json.dumps({"answers": dict(ASKED), "types": types, "forward": self.forward})
        command = [sys.executable, "-m", "tests.peers.stub_endpoint", str(self.port), str(self.log)]
        self.log.touch()
        self.process = subprocess.Popen(
            [*command, str(self.latency), known], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def kill(self) -> None:
        """End it as a crash does: connections break in the middle."""
        if self.process is not None and self.process.stdout is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()


def digest(messages: list[dict[str, str]]) -> str:
    return sha256(json.dumps(messages, sort_keys=True).encode()).hexdigest()


@contextmanager
def stub_endpoint(*, latency: float = 0.0, forward: str = "") -> Iterator[Stub]:
    """A running stub that knows the questions of tests.factories; `latency` in seconds.

    With `forward`, the base URL of a real server, it only counts and passes on.
    """
    with tempfile.TemporaryDirectory() as folder:
        stub = Stub(Path(folder) / "received", latency, forward)
        stub.start()
        try:
            yield stub
        finally:
            stub.kill()


class Handler(BaseHTTPRequestHandler):
    """One chat completion a POST, logged when it has come."""

    protocol_version = "HTTP/1.1"
    latency = 0.0
    known: ClassVar[dict[str, Any]] = {}
    log = Path()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        asked = json.loads(body)
        with self.log.open("a") as log:  # one write of one short line: threads do not mix them
            log.write(digest(asked["messages"]) + "\n")
        if self.known["forward"]:
            self._pass_on(body)
            return
        time.sleep(self.latency)
        content = json.dumps(answer_to(asked, self.known))
        message = {"role": "assistant", "content": content}
        usage = {"prompt_tokens": INPUT_TOKENS, "completion_tokens": OUTPUT_TOKENS}
        self._send(
            {
                "id": "stub",
                "object": "chat.completion",
                "created": 0,
                "model": asked["model"],
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": usage | {"total_tokens": INPUT_TOKENS + OUTPUT_TOKENS},
            }
        )

    def _pass_on(self, body: bytes) -> None:
        """What the real server answers; where it does not, the connection ends."""
        url = self.known["forward"] + "/chat/completions"
        asked = urllib.request.Request(url, body, {"content-type": "application/json"})
        try:
            with urllib.request.urlopen(asked, timeout=60) as reply:
                self._send(json.load(reply))
        except (OSError, http.client.HTTPException):
            self.close_connection = True

    def _send(self, value: Any) -> None:
        body = json.dumps(value).encode()
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
        # In one piece: a head sent apart from its body costs 40 ms of delayed acknowledgement.
        self.wfile.write(f"{head}{len(body)}\r\n\r\n".encode() + body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a test reads the count."""


def answer_to(asked: dict[str, Any], known: dict[str, Any]) -> Any:
    """A value of the asked schema."""
    named = asked["response_format"]["json_schema"]
    if named["name"] == "extract":
        lists = dict.fromkeys(named["schema"]["properties"], ())
        prompt = " ".join(message["content"] for message in asked["messages"])
        # Examples may stand before the data.
        return lists | _entities(prompt.rpartition("<data>")[2], known)
    return least(named["schema"], named["schema"].get("$defs", {}))


def _entities(text: str, known: dict[str, Any]) -> Any:
    answers = [drug for question, drug in known["answers"].items() if question in text][:1]
    found = [name for name, kind in known["types"].items() if name in text and kind != "drug"]
    sides = {"question": found, "answer": answers}
    return {
        side: [{"text": name, "type": known["types"][name]} for name in names]
        for side, names in sides.items()
    }


def least(schema: dict[str, Any], named: dict[str, Any]) -> Any:
    """The smallest value that a schema accepts, with one item in every list."""
    if "$ref" in schema:
        return least(named[schema["$ref"].rsplit("/", 1)[1]], named)
    if "anyOf" in schema:
        return least(schema["anyOf"][0], named)
    if "enum" in schema:
        return schema["enum"][0]
    made = {
        "object": lambda: {
            name: least(part, named) for name, part in schema.get("properties", {}).items()
        },
        "array": lambda: [least(schema["items"], named)],
        "string": lambda: "asthma",
        "boolean": lambda: True,
        "integer": lambda: 0,
        "null": lambda: None,
    }
    return made[schema["type"]]()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128


def serve(port: str, log: str, latency: str, known: str) -> None:
    """The child's part: say the port, then serve until killed."""
    Handler.log, Handler.latency, Handler.known = Path(log), float(latency), json.loads(known)
    server = Server(("127.0.0.1", int(port)), Handler)
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    serve(*sys.argv[1:])
