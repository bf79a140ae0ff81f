"""Memory of the product while nothing happens, as `manage.py up` leaves it after a first start.

Proportional set size (Linux): what processes share counts once. Measured on an empty data
folder, when its processes have used hardly any CPU time for a while; then again after pages.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.report import Measurement

TOPIC = "Memory"
MAX_MIB = 350
PAGES = 50
IDLE_SECONDS, IDLE_TICKS = 10, 20


def measure(data: Path | None) -> list[Measurement]:
    """By program and in all, then in all once pages were served (the login, where / leads)."""
    if not sys.platform.startswith("linux"):
        return [Measurement(TOPIC, "idle after the first start", "-", "not measured: needs /proc")]
    with tempfile.TemporaryDirectory() as folder, _product(Path(folder)) as (supervisor, url):
        _wait_until_idle(supervisor)
        idle = _by_program(supervisor)
        for _ in range(PAGES):
            urllib.request.urlopen(url).read()
        _wait_until_idle(supervisor)
        after_pages = sum(_by_program(supervisor).values())
    rows = [_row(f"idle after the first start: {name}", size) for name, size in idle.items()]
    total = _row("idle after the first start: in all", sum(idle.values()), bar=MAX_MIB)
    return [*rows, total, _row(f"idle after {PAGES} pages: in all", after_pages)]


def _row(what: str, size: float, *, bar: int | None = None) -> Measurement:
    reach, reached = ("-", None) if bar is None else (f"under {bar} MiB", size < bar)
    return Measurement(TOPIC, what, "starter content", f"{size:.0f} MiB", "-", "-", reach, reached)


@contextmanager
def _product(folder: Path) -> Iterator[tuple[int, str]]:
    """Process id of the supervisor and address of the started product."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = os.environ | {"MEDREASON_DATA_DIR": str(folder)}
    command = [sys.executable, "manage.py", "up", "--port", str(port)]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, text=True
    ) as supervisor:
        assert supervisor.stdout is not None
        try:
            if not any("MedReason Web is at" in line for line in supervisor.stdout):
                raise AssertionError("The product did not start.")
            yield supervisor.pid, f"http://127.0.0.1:{port}/"
        finally:
            supervisor.send_signal(signal.SIGINT)
            supervisor.communicate()


def _wait_until_idle(supervisor: int) -> None:
    before = -IDLE_TICKS
    while (now := sum(map(_cpu_ticks, _tree(supervisor)))) - before >= IDLE_TICKS:
        before = now
        time.sleep(IDLE_SECONDS)


def _by_program(supervisor: int) -> dict[str, float]:
    """MiB of the supervisor and of each program with its own children."""
    children = _children(supervisor)
    names = {pid: "web" if "gunicorn" in _command(pid) else "worker" for pid in children}
    sizes = {"supervisor": _pss(supervisor)}
    return sizes | {names[pid]: sum(map(_pss, _tree(pid))) for pid in children}


def _tree(pid: int) -> list[int]:
    return [pid, *(below for child in _children(pid) for below in _tree(child))]


def _children(pid: int) -> list[int]:
    return list(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def _cpu_ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def _pss(pid: int) -> float:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    match = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    assert match is not None
    return int(match[1]) / 1024
