"""A local HTTP server that answers every call as a test tells it, faults included.

A reply is a function of the handler: it writes what it likes to the connection. `completion`
makes the reply of a server that works.
"""

import datetime
import ipaddress
import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Reply = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class FaultyServer:
    """Where it listens, what it answers next, and what it was asked."""

    port: int
    reply: Reply
    scheme: str = "http"
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)

    @property
    def base_url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/v1"


@contextmanager
def faulty_server(reply: Reply, certificate: Path | None = None) -> Iterator[FaultyServer]:
    """A server that gives this reply until told otherwise; over TLS with a certificate."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            server.asked.append(json.loads(self.rfile.read(length)))
            server.headers.append({name.lower(): value for name, value in self.headers.items()})
            server.reply(self)

        do_GET = do_POST

        def log_message(self, format: str, *arguments: object) -> None:
            """Tests read failures, not logs."""

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that turns away is what some tests are about."""

    listening = Quiet(("127.0.0.1", 0), Handler)
    server = FaultyServer(listening.server_address[1], reply)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        listening.socket = context.wrap_socket(listening.socket, server_side=True)
        server.scheme = "https"
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        listening.shutdown()
        listening.server_close()


def status(
    code: int, body: object = None, headers: Mapping[str, str] = MappingProxyType({})
) -> Reply:
    """A whole reply: the status, JSON or text as its body, and no headers but those needed."""
    text = body if isinstance(body, str) else json.dumps(body or {"error": {"message": "no"}})

    def reply(handler: BaseHTTPRequestHandler) -> None:
        content = text.encode()
        handler.send_response_only(code)
        for name, value in {"content-type": "application/json", **headers}.items():
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    return reply


def completion(
    content: object, finish_reason: str = "stop", usage: object = None, **message: object
) -> Reply:
    """The reply of a server that works: one choice with this content."""
    told = {"role": "assistant", "content": content, **message}
    used = usage or {"prompt_tokens": 31, "completion_tokens": 9}
    choice = {"index": 0, "message": told, "finish_reason": finish_reason}
    return status(200, {"object": "chat.completion", "choices": [choice], "usage": used})


def hang_up_in_the_middle(handler: BaseHTTPRequestHandler) -> None:
    """Announce more than is sent, then break the connection."""
    handler.send_response(200)
    handler.send_header("content-type", "application/json")
    handler.send_header("content-length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"choices": [{"mess')
    handler.close_connection = True


def hang_up_at_once(handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


def never(server: FaultyServer) -> Reply:
    """No answer while the test lasts."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        server.released.wait(30)
        handler.close_connection = True

    return reply


def drip(server: FaultyServer) -> Reply:
    """A blank every few milliseconds, and never an answer."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "application/json")
        handler.send_header("connection", "close")
        handler.end_headers()
        while not server.released.wait(0.01):
            handler.wfile.write(b" ")
        handler.close_connection = True

    return reply


def self_signed(path: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody vouches for, with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + secret)
    return path
