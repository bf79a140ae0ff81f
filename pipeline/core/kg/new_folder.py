"""A folder that is complete or absent: written beside its place, then renamed.

What a killed process left unfinished is swept by the next one, once nobody is writing.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from pipeline.core.errors import ArtefactError

_UNFINISHED: Final = ".partial"


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A hidden sibling to write into, renamed to `folder` on success, removed on any error.

    Raises ArtefactError when `folder` exists: an artefact is never overwritten.
    """
    if folder.exists():
        raise ArtefactError(f"The graph artefact {folder.name} exists already.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _writing_in(folder.parent):
        partial = Path(tempfile.mkdtemp(_UNFINISHED, f".{folder.name}.", folder.parent))
        try:
            yield partial
            partial.chmod(0o755)
            sync_folder(partial)
            partial.rename(folder)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        sync_folder(folder.parent)


@contextmanager
def _writing_in(parent: Path) -> Iterator[None]:
    """Writers share a lock that the system frees when they die; a sweeper needs it alone.

    Where the file system has no locks nothing is swept.
    """
    descriptor = os.open(parent, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _sweep(parent)
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_SH)
        yield
    finally:
        os.close(descriptor)


def _sweep(parent: Path) -> None:
    for folder in parent.glob(f".*{_UNFINISHED}"):
        shutil.rmtree(folder, ignore_errors=True)


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
