"""Hosts of language models: what may be asked, and what never is (attack cases 5-8, 33)."""

from functools import partial

import pytest

from pipeline.core.errors import EndpointRefused
from pipeline.endpoints.allowed_hosts import (
    addresses_of,
    require_allowed,
    require_text_may_go,
    target_of,
)


def _resolve_to(addresses: list[str], host: str, port: int) -> list[str]:
    return addresses


def may_ask(base_url: str) -> bool:
    try:
        require_allowed(target_of(base_url))
    except EndpointRefused:
        return False
    return True


@pytest.mark.parametrize(
    ("base_url", "shown"),
    [
        ("https://llm.example/v1", "llm.example"),
        ("https://llm.example:8443/openai/v1/", "llm.example:8443"),
        ("http://127.0.0.1:8080/v1", "127.0.0.1:8080"),
        ("https://[::1]:8080", "[::1]:8080"),
    ],
)
def test_a_plain_base_url_is_read(base_url, shown):
    assert str(target_of(base_url)) == shown


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "llm.example/v1",
        "file:///etc/passwd",
        "ftp://llm.example/",
        "gopher://llm.example:6379/_x",
        "https://user:secret@llm.example/v1",
        "https://llm.example@evil.example/v1",
        "https://llm.example#@evil.example",
        "https://llm.example?x=1",
        "https://llm.example\\@evil.example",
        "https://llm.example/v1\r\nHost: evil.example",
        "https://llm.example/../admin",
        "https://llm.example/%2e%2e/admin",
        "https://llm.example:99999/v1",
        "https://llm.example:0/v1",
        "https://LLM.example/v1",
        "https://lłm.example/v1",
        "https://[::1/v1",
        "https://[1:2]/v1",
        " https://llm.example/v1",
        "https://llm.example/v1\n",
        "https://llm.example./v1",
    ],
)
def test_anything_else_is_no_base_url(base_url):
    with pytest.raises(EndpointRefused):
        target_of(base_url)


def test_only_this_machine_may_be_asked_until_hosts_are_listed(settings):
    settings.LLM_HOSTS = []
    for own in ("http://localhost:8080/v1", "http://127.0.0.1/v1", "https://[::1]:1/v1"):
        assert may_ask(own)
    for other in ("https://api.openai.com/v1", "http://10.0.0.5:8000", "http://0.0.0.0:8000"):
        assert not may_ask(other)


def test_a_listed_host_is_asked_by_https_at_its_own_port(settings):
    settings.LLM_HOSTS = ["LLM.example", "gpu.example:8000", "http://inner.example:9000"]
    assert may_ask("https://llm.example/v1")
    assert may_ask("https://gpu.example:8000/v1")
    assert may_ask("http://inner.example:9000/v1")
    for wrong in (
        "http://llm.example/v1",
        "https://llm.example:8443/v1",
        "https://evil-llm.example/v1",
        "https://llm.example.evil.example/v1",
        "https://gpu.example/v1",
        "http://gpu.example:8000/v1",
        "https://inner.example:9000/v1",
    ):
        assert not may_ask(wrong), wrong


def test_numbers_that_mean_this_machine_to_some_resolvers_are_foreign_names(settings):
    settings.LLM_HOSTS = []
    for disguised in ("http://2130706433/", "http://0x7f000001/", "http://127.1/", "http://0/"):
        assert not may_ask(disguised)


def test_an_entry_that_cannot_be_read_is_named(settings):
    settings.LLM_HOSTS = ["llm.example/v1"]
    with pytest.raises(EndpointRefused, match=r"MEDREASON_LLM_HOSTS names 'llm\.example/v1'"):
        require_allowed(target_of("https://llm.example/v1"))


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::",
        "fe80::1%eth0",
        "fd00:ec2::254",
        "100.100.100.200",
        "168.63.129.16",
        "0.0.0.0",  # noqa: S104
        "::",
        "224.0.0.1",
        "255.255.255.255",
        "127.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
    ],
)
def test_a_listed_name_that_leads_to_metadata_or_to_us_is_refused(address):
    target = target_of("https://llm.example/v1")
    for addresses in ([address], ["93.184.216.34", address]):
        with pytest.raises(EndpointRefused):
            addresses_of(target, partial(_resolve_to, addresses))


def test_a_listed_name_may_lead_into_the_house():
    target = target_of("https://llm.example/v1")
    addresses = ["10.1.2.3", "fd12:3456::1", "192.168.1.7"]
    assert addresses_of(target, lambda host, port: addresses) == tuple(addresses)


@pytest.mark.parametrize(
    ("base_url", "address"),
    [("http://localhost:1", "127.0.0.1"), ("http://localhost:1", "::1"), ("http://[::1]", "::1")],
)
def test_this_machine_is_reached_by_either_protocol(base_url, address):
    assert addresses_of(target_of(base_url), lambda host, port: [address]) == (address,)


def test_localhost_that_leads_elsewhere_is_refused():
    with pytest.raises(EndpointRefused):
        addresses_of(target_of("http://localhost:8080"), lambda host, port: ["10.0.0.1"])


def test_a_refusal_does_not_tell_the_address():
    with pytest.raises(EndpointRefused) as caught:
        addresses_of(target_of("https://llm.example"), lambda host, port: ["169.254.169.254"])
    assert "169" not in str(caught.value)


def test_text_that_stays_here_goes_to_this_machine_only():
    require_text_may_go(target_of("http://localhost:8080"), None, "own")
    with pytest.raises(EndpointRefused, match="own stays on this machine"):
        require_text_may_go(target_of("https://llm.example"), None, "own")


def test_text_goes_to_the_hosts_its_terms_list():
    for listed in (["llm.example"], ["LLM.example:443"], ["other.example", "llm.example"]):
        require_text_may_go(target_of("https://llm.example/v1"), listed, "own")
    require_text_may_go(target_of("http://127.0.0.1:1/v1"), ["llm.example"], "own")
    for unlisted in ([], ["example"], ["llm.example:8443"], ["llm.example.org"]):
        with pytest.raises(EndpointRefused, match="do not list"):
            require_text_may_go(target_of("https://llm.example/v1"), unlisted, "own")
