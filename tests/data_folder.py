"""The data folder of a test process: one for each, and none left behind.

A process holds its folder by a lock that ends with it, however it ends. What a killed one
left is removed by the next one that starts.
"""

import atexit
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TextIO

PREFIX = f"medreason-test-{os.getuid()}-"
HOLD = "held.lock"
_held: list[TextIO] = []


@cache
def data_folder() -> Path:
    """This process's folder, made at the first call."""
    base = Path(tempfile.gettempdir())
    with _locked():
        for left in base.glob(f"{PREFIX}*/"):
            _remove_if_free(left)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
        hold = (folder / HOLD).open("w")
        fcntl.flock(hold, fcntl.LOCK_EX)
    _held.append(hold)
    atexit.register(remove_data_folder)
    return folder


def remove_data_folder() -> None:
    """Remove it, if there is one; xdist's processes end without running what `atexit` holds."""
    if _held:
        folder = data_folder()
        with _locked():  # or a process that starts now would look into what is going
            shutil.rmtree(folder, ignore_errors=True)


def _remove_if_free(folder: Path) -> None:
    with (folder / HOLD).open("a") as hold:
        try:
            fcntl.flock(hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _locked() -> Iterator[None]:
    with (Path(tempfile.gettempdir()) / f"{PREFIX}lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
