"""Checkpoints that a run can go on from: those that were written to their end, and no others."""

import json
import shutil
from pathlib import Path

MARK = "complete.json"
KEPT = 2


def mark_complete(checkpoint: Path) -> None:
    """Say of a checkpoint that all its files are there, with their sizes: the last thing done."""
    sizes = {
        file.relative_to(checkpoint).as_posix(): file.stat().st_size
        for file in sorted(checkpoint.rglob("*"))
        if file.is_file() and file.name != MARK
    }
    aside = checkpoint / f"{MARK}.part"
    aside.write_text(json.dumps(sizes))
    aside.replace(checkpoint / MARK)


def last_complete(folder: Path) -> Path | None:
    """The latest checkpoint with all its files; None where there is none."""
    return next(filter(_is_complete, reversed(_checkpoints(folder))), None)


def remove_incomplete(folder: Path) -> None:
    """Remove what a killed run left half written: nothing may be taken for a checkpoint."""
    for checkpoint in _checkpoints(folder):
        if not _is_complete(checkpoint):
            shutil.rmtree(checkpoint)


def step_of(checkpoint: Path) -> int:
    """After how many steps it was written."""
    return int(checkpoint.name.rpartition("-")[2])


def _checkpoints(folder: Path) -> list[Path]:
    return sorted(folder.glob("checkpoint-[0-9]*"), key=step_of)


def _is_complete(checkpoint: Path) -> bool:
    mark = checkpoint / MARK
    if not mark.is_file():
        return False
    sizes: dict[str, int] = json.loads(mark.read_text())
    files = {name: checkpoint / name for name in sizes}
    return all(
        file.is_file() and file.stat().st_size == sizes[name] for name, file in files.items()
    )
