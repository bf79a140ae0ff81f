"""Two collections name the same tests, as xdist's processes must: no clock or chance in ids."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMAND = (
    sys.executable,
    "-m",
    "pytest",
    "--collect-only",
    "-q",
    "--assert=plain",
    "-o",
    "addopts=",
)
LONGEST_ID = 250


def collect(root: Path, hash_seed: int) -> subprocess.Popen[str]:
    environment = {name: os.environ[name] for name in os.environ if not name.startswith("PYTEST_")}
    environment["PYTHONHASHSEED"] = str(hash_seed)
    command = (*COMMAND, "--import-mode=importlib", "-p", "no:cacheprovider")
    return subprocess.Popen(
        command, cwd=root, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )


def test_a_second_collection_finds_the_same_ids_in_the_same_order(root: Path):
    first = collect(root, hash_seed=1)
    time.sleep(1.1)  # the next one reads another second from the clock
    second = collect(root, hash_seed=2)
    ids, again = (
        [line for line in run.communicate()[0].splitlines() if "::" in line]
        for run in (first, second)
    )
    assert len(ids) > 1000
    assert ids == again
    assert not [name for name in ids if len(name) > LONGEST_ID]
    machine_paths = (str(root), str(Path.home()), tempfile.gettempdir())
    assert not [name for name in ids if any(path in name for path in machine_paths)]
