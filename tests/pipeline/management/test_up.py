"""`manage.py up` as a newcomer meets it: one sentence for what is wrong, one command for all."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.core.management import CommandError

from pipeline.management.commands.up import only_one_per_data_folder, refuse_busy_port
from pipeline.management.serve import address, answers, programs
from tests.product import embedded


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def manage(root: Path, environment: dict[str, str], *words: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_a_busy_port_is_told_with_the_way_out(root, product_environment, busy_port):
    run = manage(root, product_environment, "up", "--port", str(busy_port))
    assert run.returncode == 1
    assert run.stderr.splitlines() == [
        f"CommandError: Port {busy_port} on 127.0.0.1 is in use: stop the other program "
        f"or use `make run PORT={busy_port + 1}`."
    ]


@pytest.mark.parametrize("given", [{}, {"MEDREASON_SECRET_KEY": "k" * 50}])
def test_a_data_folder_that_cannot_be_written_is_told(root, product_environment, tmp_path, given):
    (tmp_path / "file").touch()
    blocked = {"MEDREASON_DATA_DIR": str(tmp_path / "file" / "data")} | given
    run = manage(root, product_environment | blocked, "up")
    assert run.returncode == 1
    assert len(run.stderr.splitlines()) == 1
    assert "Cannot write to the data folder" in run.stderr
    assert "MEDREASON_DATA_DIR" in run.stderr


def test_one_data_folder_serves_one_product(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with (
        only_one_per_data_folder(),
        pytest.raises(CommandError, match="already runs on the data folder"),
        only_one_per_data_folder(),
    ):
        pass
    with only_one_per_data_folder():
        pass


def test_a_free_port_is_no_obstacle(free_port):
    refuse_busy_port("127.0.0.1", free_port)
    assert not answers("127.0.0.1", free_port)


def test_a_host_that_is_not_here_is_told():
    with pytest.raises(CommandError, match=r"Cannot listen on 192\.0\.2\.1:8000"):
        refuse_busy_port("192.0.2.1", 8000)


def test_addresses_and_programs():
    assert address("127.0.0.1", 8000) == "127.0.0.1:8000"
    assert address("::1", 8000) == "[::1]:8000"
    named = programs(host="::1", port=8000, processes=2, concurrency=3)
    assert [program.name for program in named] == ["web", "worker"]
    assert named[0].command[-1] == "[::1]:8000"


def start_up(root: Path, environment: dict[str, str], port: int) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-u", "manage.py", "up", "--port", str(port)],
        cwd=root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A suite that runs in the background of a shell ignores Ctrl-C, and so would its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def children_of(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_one_command_starts_all_and_ctrl_c_ends_all(root, product_environment, free_port):
    up = start_up(root, product_environment | {"SCRIPT_NAME": "/below"}, free_port)
    try:
        said: list[str] = []
        while not said or "MedReason Web is at" not in said[-1]:
            said.append(up.stdout.readline())
            assert said[-1], "".join(said)
        home = f"http://127.0.0.1:{free_port}/below/"
        assert home in said[-1]
        order = ("Setting up the database", "shown once", "Making the first", "is at")
        at = [next(i for i, line in enumerate(said) if word in line) for word in order]
        assert at == sorted(at)
        assert urllib.request.urlopen(f"{home}healthz", timeout=30).read() == b"ok"
        login = urllib.request.urlopen(home, timeout=30)
        assert login.url == f"{home}account/login/"
        style = re.search(r'href="(/below/static/css/base\.[^"]+)"', login.read().decode())[1]
        assert urllib.request.urlopen(urljoin(home, style), timeout=30).status == 200
        children = children_of(up.pid)
        assert len(children) == 2
        second = manage(root, product_environment, "up", "--port", "0")
        assert "already runs on the data folder" in second.stderr
        up.send_signal(signal.SIGINT)
        rest, _ = up.communicate(timeout=60)
    finally:
        up.kill()
    assert up.returncode == 0, rest
    assert rest.splitlines()[-1] == "MedReason Web has stopped; its data is kept."
    assert "Traceback" not in rest
    assert not [pid for pid in children if os.path.exists(f"/proc/{pid}")]


def test_ctrl_c_while_preparing_ends_in_a_sentence_and_the_next_start_goes_on(
    root, product_environment, free_port, migrated_sqlite
):
    with embedded(root, product_environment, migrated_sqlite):
        up = start_up(root, product_environment, free_port)
    assert any("shown once" in line for line in iter(up.stdout.readline, ""))
    up.send_signal(signal.SIGINT)
    rest, _ = up.communicate(timeout=60)
    assert rest.splitlines()[-1] == "MedReason Web has stopped; its data is kept."
    assert "Traceback" not in rest
    assert "Making the first" in manage(root, product_environment, "seed").stdout
