"""The supervisor with real child processes: crash, clean end, and its own sudden death."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.management.supervisor import describe_exit

PARENT = """
import sys
from pathlib import Path
from pipeline.management.supervisor import Program, RestartPolicy, Supervisor

folder = Path(sys.argv[1])
child = Program("child", (sys.executable, "-c", sys.argv[2], str(folder)), {"SAYS": "hello"})
Supervisor(
    [child], folder=folder, say=lambda line: print(line, flush=True),
    policy=RestartPolicy(first_delay=0.1, max_delay=0.4, stop_timeout=float(sys.argv[3])),
).run(ready=lambda: (folder / "pids").exists(), announce=lambda: print("ready", flush=True))
print("ended", flush=True)
"""
# Each start leaves the child's process id in a file.
SIGN_IN = """
import os, pathlib, signal, subprocess, sys, time
folder = pathlib.Path(sys.argv[1])
with (folder / "pids").open("a") as pids:
    print(os.getpid(), file=pids)
"""
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path, root: Path) -> Iterator[Start]:
    """Start a supervisor process over one child that runs the given code."""
    begun: list[subprocess.Popen[str]] = []

    def begin(child: str, *, stop: float = 1.0) -> subprocess.Popen[str]:
        begun.append(
            subprocess.Popen(
                [sys.executable, "-c", PARENT, str(tmp_path), SIGN_IN + child, str(stop)],
                env={**os.environ, "PYTHONPATH": str(root)},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        return begun[-1]

    yield begin
    for process in begun:
        process.kill()
        process.communicate()


def pids(folder: Path) -> list[int]:
    path = folder / "pids"
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def alive(pid: int) -> bool:
    """Whether the process runs; one that ended and waits to be read by init does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(condition: Callable[[], bool], *, seconds: float = 50.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_a_crashed_child_comes_back_after_growing_waits(start: Start, tmp_path: Path):
    supervisor = start("sys.exit(3)")
    until(lambda: len(pids(tmp_path)) >= 4)
    supervisor.terminate()
    output, _ = supervisor.communicate(timeout=50)
    assert "ready" in output.splitlines()
    waits = [line.split(" in ")[1] for line in output.splitlines() if "exit code 3" in line]
    assert waits[:3] == ["0.1 s.", "0.2 s.", "0.4 s."]
    assert set(waits[3:]) <= {"0.4 s."}


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_signal_ends_the_child_and_returns(start: Start, tmp_path: Path, stop: int):
    supervisor = start("time.sleep(60)")
    until(lambda: bool(pids(tmp_path)))
    supervisor.send_signal(stop)
    output, _ = supervisor.communicate(timeout=50)
    assert supervisor.returncode == 0
    assert output.splitlines()[-1] == "ended"
    assert "Traceback" not in output
    assert not alive(pids(tmp_path)[0])


def test_a_child_that_will_not_end_is_killed_with_all_it_started(start: Start, tmp_path: Path):
    supervisor = start(
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "grandchild = subprocess.Popen(['sleep', '60'])\n"
        "(folder / 'pids').open('a').write(f'{grandchild.pid}\\n')\n"
        "time.sleep(60)"
    )
    until(lambda: len(pids(tmp_path)) == 2)
    began = time.monotonic()
    supervisor.terminate()
    supervisor.communicate(timeout=50)
    assert 1.0 <= time.monotonic() - began < 50.0  # it would sleep for 60
    until(lambda: not any(alive(pid) for pid in pids(tmp_path)))


def test_a_second_ctrl_c_does_not_wait(start: Start, tmp_path: Path):
    counts_the_first = (
        "signal.signal(signal.SIGTERM, lambda *_: (folder / 'asked').touch())\n"
        "(folder / 'deaf').touch()\n"
        "while True: time.sleep(60)"
    )
    supervisor = start(counts_the_first, stop=600)
    until(lambda: (tmp_path / "deaf").exists())
    supervisor.send_signal(signal.SIGINT)
    until(lambda: (tmp_path / "asked").exists())
    supervisor.send_signal(signal.SIGINT)
    supervisor.communicate(timeout=60)
    assert not alive(pids(tmp_path)[0])


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ends orphans")
def test_the_supervisors_sudden_death_leaves_no_child(start: Start, tmp_path: Path):
    supervisor = start("time.sleep(60)")
    until(lambda: bool(pids(tmp_path)))
    child = pids(tmp_path)[0]
    assert alive(child)
    supervisor.kill()
    until(lambda: not alive(child))


def test_a_program_adds_to_its_environment(start: Start, tmp_path: Path):
    start("(folder / 'said').write_text(os.environ['SAYS']); time.sleep(60)")
    until(lambda: (tmp_path / "said").exists() and bool((tmp_path / "said").read_text()))
    assert (tmp_path / "said").read_text() == "hello"


def test_an_end_is_told_in_words():
    assert describe_exit(3) == "exit code 3"
    assert describe_exit(-signal.SIGKILL) == "killed by SIGKILL"
