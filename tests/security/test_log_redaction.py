"""Tokens of links stand in no log line, whoever writes it."""

import io
import logging

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from pipeline.log import log

LINKS = {
    "review:invitation_accept": ["s3cret-T0ken_1"],
    "review:password_reset": ["MQ", "s3cret-T0ken_1"],
}


@pytest.fixture
def written(monkeypatch) -> io.StringIO:
    """What the console's handler writes."""
    stream = io.StringIO()
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler) and "structlog" in repr(handler.formatter):
            monkeypatch.setattr(handler, "stream", stream)
    return stream


@pytest.mark.parametrize("name", LINKS)
def test_a_page_that_fails_writes_its_path_without_the_token(name, written, monkeypatch, db):
    cache.clear()
    page = reverse(name, args=LINKS[name])

    def fails(*_: object) -> None:
        raise RuntimeError(f"No answer for {page}.")

    monkeypatch.setattr("review.views.people.invitations.invitations.invitation_by_token", fails)
    monkeypatch.setattr("review.views.people.password_links.password_links.account_by_link", fails)
    response = Client(raise_request_exception=False).get(page)
    assert response.status_code == 500
    lines = written.getvalue()
    assert "Internal Server Error" in lines
    assert "No answer for" in lines
    assert page.split("/")[1] in lines
    assert "s3cret" not in lines


@pytest.mark.parametrize("name", LINKS)
def test_the_servers_own_access_log_and_the_products_lines_leave_it_out(name, written):
    page = reverse(name, args=LINKS[name])
    access = logging.getLogger("gunicorn.access")
    assert access.propagate
    access.info('"%(r)s" %(s)s', {"r": f"GET {page} HTTP/1.1", "s": "200"})
    log.warning("slow", path=page)
    lines = written.getvalue().splitlines()
    assert len(lines) == 2
    assert not [line for line in lines if "s3cret" in line]
    assert all(page.split("/")[1] in line for line in lines)
