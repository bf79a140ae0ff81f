"""Tests that share Redis, Chromium or costly studies run in one process: their group is kept."""

import os
import subprocess
import sys
from pathlib import Path

GROUPED = """
import pytest

@pytest.mark.xdist_group("shared")
@pytest.mark.parametrize("number", range(4))
def test_grouped(number, worker_id):
    with open("workers", "a") as workers:
        print(worker_id, file=workers)
"""


def test_a_group_stays_in_one_process(tmp_path: Path):
    (tmp_path / "test_grouped.py").write_text(GROUPED)
    plain = ("-p", "no:django", "-p", "no:playwright", "-p", "no:hypothesispytest")
    command = (sys.executable, "-m", "pytest", "-q", *plain, "-n", "2", "--dist", "loadgroup")
    environment = {name: os.environ[name] for name in os.environ if not name.startswith("PYTEST_")}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    workers = (tmp_path / "workers").read_text().split()
    assert len(workers) == 4
    assert len(set(workers)) == 1
