"""Nothing entered is lost while the server is out of reach: no network, no session, killed."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection
from playwright.sync_api import Page, Route, expect

from review.models import Draft
from tests import actors, factories
from tests.browser.grading.sessions import (
    COMMENT,
    enter,
    expect_entered,
    expect_kept,
    expect_problem,
    expect_saved,
    open_item,
)
from tests.browser.signed_in import sign_in_by_keyboard

SERVER = """
import sys
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import run
from django.core.wsgi import get_wsgi_application
run("127.0.0.1", int(sys.argv[1]), StaticFilesHandler(get_wsgi_application()), threading=True)
"""


@pytest.fixture
def study(transactional_db):
    return factories.study(actors.reviewer("ann"), opened_by=actors.lead(), size=1)


@pytest.fixture
def item(live_server, page: Page, study) -> Page:
    """The first item, open."""
    open_item(page, live_server.url)
    return page


def test_a_draft_survives_a_lost_network(item, expected_console_errors):
    expected_console_errors.append("ERR_INTERNET_DISCONNECTED")
    item.context.set_offline(True)
    enter(item)
    expect_problem(item, "kept in this browser")
    expect(item.locator("#draft-saved")).to_be_empty()
    item.keyboard.press("Control+Enter")
    expect_problem(item, "Not submitted")
    expect_kept(item, 1)
    assert not Draft.objects.exists()
    item.context.set_offline(False)
    expect_saved(item)
    assert Draft.objects.get().content["comment"] == COMMENT
    expect_kept(item, 0)


def test_who_was_signed_out_is_told_so_and_comes_back_to_the_draft(
    item, live_server, expected_console_errors
):
    expected_console_errors.append("403")
    item.context.clear_cookies(name="sessionid")
    enter(item)
    expect_problem(item, "Not saved on the server: you are signed out")
    item.keyboard.press("Control+Enter")
    expect_problem(item, "Not submitted: you are signed out")
    other = item.context.new_page()
    sign_in_by_keyboard(other, live_server.url, "ann")
    item.keyboard.press("Control+Enter")
    expect_problem(item, "Not submitted: this page is from before you last signed in")
    item.reload()
    expect_entered(item)
    expect_saved(item)
    assert Draft.objects.get().content["comment"] == COMMENT


def test_a_save_whose_answer_is_lost_is_no_other_tab(item, expected_console_errors):
    expected_console_errors.append("ERR_FAILED")

    def lose_the_answer(route: Route) -> None:
        assert route.fetch().ok
        route.abort()

    item.route("**/draft/", lose_the_answer, times=1)
    item.locator("#id_comment").fill("Step 1 names")
    expect_problem(item, "no connection")
    assert Draft.objects.get().content["comment"] == "Step 1 names"
    enter(item)
    expect_saved(item)
    assert Draft.objects.get().content["comment"] == COMMENT


def serve(port: int, root: Path) -> subprocess.Popen[bytes]:
    """The product in a process of its own, over the test's database."""
    settings = connection.settings_dict
    url = f"sqlite:///{settings['NAME']}"
    if connection.vendor == "postgresql":
        url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**settings)
    environment = os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "MEDREASON_SECRET_KEY": "the same after a restart " * 3,
    }
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(port)],
        cwd=root,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process
        time.sleep(0.1)
    raise AssertionError("The server does not answer.")


def kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def test_a_server_killed_while_one_types_loses_nothing(page, study, root, expected_console_errors):
    expected_console_errors.append("ERR_")
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    server = serve(port, root)
    try:
        open_item(page, f"http://localhost:{port}", enter=sign_in_by_keyboard)
        enter(page, "Step 1 names")
        expect_saved(page)
        page.locator("#id_comment").press("End")
        page.keyboard.type(" no")
        kill(server)
        page.keyboard.type(" dose.")
        expect_problem(page, "no connection")
        expect(page.locator("#draft-saved")).to_be_empty()
        assert Draft.objects.get().content["comment"] != COMMENT
        page.keyboard.press("Control+Enter")
        expect_problem(page, "Not submitted")
        server = serve(port, root)
        expect_saved(page, timeout=30_000)
        assert Draft.objects.get().content["comment"] == COMMENT
        page.reload()
        expect_entered(page)
    finally:
        kill(server)
