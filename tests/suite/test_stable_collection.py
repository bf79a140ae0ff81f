"""Two collections name the same tests, as xdist's processes must: no clock or chance in ids."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

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
# A run of more tests than this has the suite before it, not one file or folder.
MANY = 1000


def collect(root: Path, hash_seed: int) -> list[str]:
    environment = {name: os.environ[name] for name in os.environ if not name.startswith("PYTEST_")}
    environment["PYTHONHASHSEED"] = str(hash_seed)
    command = (*COMMAND, "--import-mode=importlib", "-p", "no:cacheprovider")
    listed = subprocess.check_output(command, cwd=root, env=environment, encoding="utf-8")
    return [line for line in listed.splitlines() if "::" in line]


def without_group(name: str) -> str:
    """The id of a test, as xdist found it."""
    return name.rpartition("@")[0] if name.rfind("@") > name.rfind("]") else name


@pytest.mark.long
def test_a_second_collection_finds_the_same_ids_in_the_same_order(
    root: Path, request: pytest.FixtureRequest
):
    """In a run of the whole suite, its own collection is the first one.

    Whether two of its processes collected in the same order, xdist looks at before any test.
    """
    ids = collect(root, hash_seed=1)
    assert len(ids) > MANY
    collected = [without_group(item.nodeid) for item in request.session.items]
    if len(collected) > MANY:
        only_here = set(collected).difference(ids)
        assert not only_here
    else:
        assert ids == collect(root, hash_seed=2)
    assert not [name for name in ids if len(name) > LONGEST_ID]
    machine_paths = (str(root), str(Path.home()), tempfile.gettempdir())
    assert not [name for name in ids if any(path in name for path in machine_paths)]
