"""A server that speaks one behaviour at a time over a real socket, and remembers what it told."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.lab.replies import GOOD, Call, Reply, Response


@dataclass
class LabServer:
    """Where it listens, how it replies now, and each call since with its response."""

    port: int
    reply: Reply = GOOD
    told: list[tuple[Call, Response]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    slot: threading.Lock = field(default_factory=threading.Lock)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def behave(self, reply: Reply) -> None:
        """Reply like this from now on, and count from the first request again."""
        self.reply, self.told = reply, []

    def respond(self, asked: dict[str, Any]) -> Response:
        with self.lock:
            call = Call(asked, len(self.told) + 1)
            response = self.reply(call)
            self.told.append((call, response))
        with self.slot if response.queues else nullcontext():
            time.sleep(response.seconds)
        return response


@contextmanager
def lab_server() -> Iterator[LabServer]:
    """A listening server; it works until told to behave otherwise."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            _send(self, server.respond(asked))

        def log_message(self, format: str, *arguments: object) -> None:
            """Tests read what was told."""

    class Listening(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that turns away is what some behaviours are about."""

    listening = Listening(("127.0.0.1", 0), Handler)
    server = LabServer(listening.server_address[1])
    threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()


def _send(handler: BaseHTTPRequestHandler, response: Response) -> None:
    """Head and body in one piece; of a body that is cut short, only its beginning."""
    if response.sent is not None:
        handler.close_connection = True
    if response.sent == 0:
        return
    lines = [f"HTTP/1.1 {response.status} As told", f"Content-Length: {len(response.body)}"]
    if response.content_type:
        lines.append(f"Content-Type: {response.content_type}")
    lines += [f"{name}: {value}" for name, value in dict(response.headers).items()]
    head = "\r\n".join(lines) + "\r\n\r\n"
    handler.wfile.write(head.encode() + response.body[: response.sent])
