"""Pinned connections: the address that was checked is the one that is asked (attack case 6)."""

import ipaddress
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pipeline.endpoints.allowed_hosts import target_of
from pipeline.endpoints.pinned_http import PinnedTransport, client_for

URL = "https://llm.example:8443/v1/chat"


class Sink(httpx2.BaseTransport):
    """Remembers what would have been sent, and redirects if asked to."""

    def __init__(self, location: str = "") -> None:
        self.sent: list[httpx2.Request] = []
        self.location = location

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.sent.append(request)
        if self.location:
            return httpx2.Response(307, headers={"Location": self.location})
        return httpx2.Response(200)


@pytest.fixture(autouse=True)
def listed(settings):
    settings.LLM_HOSTS = ["llm.example:8443"]


def pinned(sink: Sink, *answers: list[str]) -> httpx2.Client:
    """A client whose resolver gives one answer after the other."""
    told = iter(answers)
    transport = PinnedTransport(target_of(URL), resolve=lambda host, port: next(told), inner=sink)
    return httpx2.Client(transport=transport)


def test_the_checked_address_is_asked_under_the_name():
    sink = Sink()
    pinned(sink, ["203.0.114.7"]).post(URL, json={})
    [request] = sink.sent
    assert request.url.host == "203.0.114.7"
    assert request.url.port == 8443
    assert request.headers["Host"] == "llm.example:8443"
    assert request.extensions["sni_hostname"] == "llm.example"
    assert request.read() == b"{}"


def test_a_name_that_changes_its_address_between_calls_is_checked_again():
    sink = Sink()
    client = pinned(sink, ["203.0.114.7"], ["169.254.169.254"])
    client.get(URL)
    with pytest.raises(httpx2.UnsupportedProtocol):
        client.get(URL)
    assert len(sink.sent) == 1


def test_the_client_speaks_to_no_other_host_port_or_scheme():
    sink = Sink()
    for other in ("https://evil.example:8443/", "https://llm.example/", "http://llm.example:8443/"):
        with pytest.raises(httpx2.UnsupportedProtocol):
            pinned(sink, ["203.0.114.7"]).get(other)
    assert not sink.sent


@pytest.mark.parametrize("location", ["http://169.254.169.254/latest", "https://evil.example/"])
def test_a_redirect_leads_nowhere(location):
    sink = Sink(location)
    with pytest.raises(httpx2.UnsupportedProtocol):
        pinned(sink, ["203.0.114.7"]).get(URL, follow_redirects=True)
    assert [request.url.host for request in sink.sent] == ["203.0.114.7"]
    assert client_for(target_of(URL)).follow_redirects is False


def test_a_host_taken_off_the_list_is_refused_at_the_next_call(settings):
    sink = Sink()
    client = pinned(sink, ["203.0.114.7"], ["203.0.114.7"])
    client.get(URL)
    settings.LLM_HOSTS = []
    with pytest.raises(httpx2.UnsupportedProtocol):
        client.get(URL)


def test_a_name_that_does_not_resolve_is_a_connection_error():
    def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    transport = PinnedTransport(target_of(URL), resolve=unknown, inner=Sink())
    with pytest.raises(httpx2.ConnectError):
        httpx2.Client(transport=transport).get(URL)


class Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.headers["Host"].encode())

    def log_message(self, *_: object) -> None:
        pass


def certificate(folder: Path, *names: x509.GeneralName) -> Path:
    """A self-signed certificate for these names, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def serve():
    """Serves TLS with a certificate on this machine; returns the port."""
    servers = []

    def start(pem: Path) -> int:
        server = HTTPServer(("127.0.0.1", 0), Hello)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(pem)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return server.server_port

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("name", "trusted"),
    [(x509.DNSName("localhost"), True), (x509.IPAddress(ipaddress.ip_address("127.0.0.1")), False)],
)
def test_the_certificate_is_checked_by_name_not_by_address(
    tmp_path, monkeypatch, serve, name, trusted
):
    pem = certificate(tmp_path, name)
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    url = f"https://localhost:{serve(pem)}/"
    transport = PinnedTransport(target_of(url), resolve=lambda host, port: ["127.0.0.1"])
    with httpx2.Client(transport=transport) as client:
        if trusted:
            assert client.get(url).text == url.removeprefix("https://").rstrip("/")
        else:
            with pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                client.get(url)
