"""Which hosts a language model may be asked at: the allow-list, and the addresses behind a name.

Against requests smuggled to other services (attack cases 5-8): only this machine and hosts
the operator listed, https unless listed otherwise, and never an address of a cloud's metadata,
whatever name leads there.
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from django.conf import settings

from pipeline.core.errors import EndpointRefused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Scheme = Literal["http", "https"]
DEFAULT_PORT: dict[str, int] = {"https": 443, "http": 80}
HOST = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\]"
# So narrow that no two parsers can read a URL differently: no user, query, fragment or escape.
BASE_URL = re.compile(rf"(https?)://({HOST})(?::([0-9]{{1,5}}))?((?:/[A-Za-z0-9._~-]+)*)/?")
LIST_ENTRY = re.compile(rf"(?:(https?)://)?({HOST})(?::([0-9]{{1,5}}))?")
FORBIDDEN_NETWORKS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "169.254.0.0/16",  # link-local; metadata of AWS, Azure, Google, OpenStack
        "fe80::/10",
        "fd00:ec2::254/128",  # AWS
        "fd20:ce::254/128",  # Google
        "100.100.100.200/32",  # Alibaba
        "192.0.0.192/32",  # Oracle
        "168.63.129.16/32",  # Azure's wire server
    )
)
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a base URL leads: scheme, host in lower case without brackets, port."""

    scheme: Scheme
    host: str
    port: int

    @property
    def is_this_machine(self) -> bool:
        """Whether the host can be nothing but this machine."""
        address = _as_address(self.host)
        return self.host == "localhost" if address is None else address.is_loopback

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORT[self.scheme] else f"{host}:{self.port}"


def target_of(base_url: str) -> Target:
    """Where a base URL leads. Raises EndpointRefused for anything but a plain http(s) URL."""
    match = BASE_URL.fullmatch(base_url)
    segments = match[4].split("/") if match else []
    if match is None or "." in segments or ".." in segments:
        raise EndpointRefused(
            "A base URL is https://host[:port]/path: no user or password, query or fragment."
        )
    return _target(match[1], match[2], match[3])


def listed_hosts() -> tuple[Target, ...]:
    """The operator's allow-list. Raises EndpointRefused for an entry that cannot be read."""
    return tuple(_list_entry(entry) for entry in settings.LLM_HOSTS)


def require_allowed(target: Target) -> None:
    """Raises EndpointRefused unless the target is this machine or in the allow-list."""
    if target.is_this_machine or target in listed_hosts():
        return
    with_tls = any(entry.host == target.host for entry in listed_hosts())
    if with_tls and target.scheme == "http":
        raise EndpointRefused(f"{target.host} is reached without TLS: use https.")
    raise EndpointRefused(
        f"{target} is not among the hosts that may be asked: "
        "whoever runs this installation lists them in MEDREASON_LLM_HOSTS."
    )


def require_text_may_go(target: Target, destinations: Sequence[str] | None, name: str) -> None:
    """Raises EndpointRefused where a question set's text may not go (attack case 33).

    `destinations` are the hosts its terms list, None when the text stays on this machine; one
    without a port stands for every port of that host. `name` is the question set's.
    """
    if target.is_this_machine:
        return
    if destinations is None:
        raise EndpointRefused(
            f"The text of the question set {name} stays on this machine: "
            f"it may not go to {target.host}."
        )
    names = {target.host, f"{target.host}:{target.port}"}
    if names.isdisjoint(host.lower() for host in destinations):
        raise EndpointRefused(
            f"The terms of the question set {name} do not list {target}: its text may not go there."
        )


Resolve = Callable[[str, int], Sequence[str]]


def addresses_of(target: Target, resolve: Resolve | None = None) -> tuple[str, ...]:
    """The addresses to connect to, every one of them checked.

    Raises EndpointRefused when any of them is forbidden, OSError when the name does not resolve.
    """
    addresses = tuple((resolve or _resolve)(target.host, target.port))
    for address in addresses:
        _require_harmless(target, _inner(ipaddress.ip_address(address.partition("%")[0])))
    return addresses


def _require_harmless(target: Target, address: Address) -> None:
    if address.is_loopback is not target.is_this_machine:
        raise EndpointRefused(
            f"{target.host} leads {'to' if address.is_loopback else 'away from'} this machine "
            "against its name."
        )
    if not address.is_loopback and _is_forbidden(address):
        raise EndpointRefused(f"{target.host} leads to an address that is never asked.")


def _is_forbidden(address: Address) -> bool:
    if address.is_unspecified or address.is_multicast or address.is_reserved:
        return True
    return any(
        address in network for network in FORBIDDEN_NETWORKS if network.version == address.version
    )


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 one carries, if it carries one."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour
    if inner is None and address in NAT64:
        inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return inner or address


def _resolve(host: str, port: int) -> list[str]:
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


def _list_entry(entry: str) -> Target:
    match = LIST_ENTRY.fullmatch(entry.strip().lower().rstrip("/"))
    if match is None:
        raise EndpointRefused(f"MEDREASON_LLM_HOSTS names {entry!r}: give host or host:port.")
    return _target(match[1] or "https", match[2], match[3])


def _target(scheme: str, host: str, port: str | None) -> Target:
    number = int(port) if port else DEFAULT_PORT[scheme]
    name = host.strip("[]")
    if not 0 < number < 65536 or (":" in name and _as_address(name) is None):
        raise EndpointRefused(f"There is no host or port {host}:{number}.")
    return Target(cast(Scheme, scheme), name, number)


def _as_address(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
