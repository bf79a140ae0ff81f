"""A test process leaves no data folder behind, and removes what a killed one left."""

import os
import signal
import subprocess
import sys
from pathlib import Path

HOLD = "from tests.data_folder import data_folder; print(data_folder(), flush=True); input()"


def start(root: Path, folder: Path) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        cwd=root,
        env={**os.environ, "TMPDIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_a_folder_goes_with_its_process(root: Path, tmp_path: Path):
    process, made = start(root, tmp_path)
    assert made.parent == tmp_path
    assert made.is_dir()
    process.communicate("\n", timeout=60)
    assert not made.exists()


def test_a_killed_process_is_tidied_up_after_and_a_living_one_is_not(root: Path, tmp_path: Path):
    living, kept = start(root, tmp_path)
    killed, left = start(root, tmp_path)
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=60)
    assert left.is_dir()
    last, _ = start(root, tmp_path)
    assert kept.is_dir()
    assert not left.exists()
    for process in (living, last):
        process.communicate("\n", timeout=60)
