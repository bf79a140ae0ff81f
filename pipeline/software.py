"""This program's own version, as batches record it."""

import re
import tomllib
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
SHORT = 12


@lru_cache(maxsize=1)
def software_version() -> str:
    """The version, and the commit where the program runs from a checkout: "0.1.0+1a2b3c4d5e6f".

    Read once a process, as its code is. Changes that are not committed do not show.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    commit = commit_of(ROOT)
    return f"{project['version']}+{commit[:SHORT]}" if commit else str(project["version"])


def commit_of(root: Path) -> str:
    """The commit that is checked out in a folder; empty where it is no checkout.

    Git's files are read as gitrepository-layout(5) has them: no program is started.
    """
    try:
        found = _read_commit(root)
    except (OSError, UnicodeDecodeError):
        return ""
    return found if _COMMIT.fullmatch(found) else ""


def _read_commit(root: Path) -> str:
    folder = root / ".git"
    if folder.is_file():  # a worktree
        folder = root / folder.read_text("utf-8").partition("gitdir: ")[2].strip()
    head = (folder / "HEAD").read_text("utf-8").strip()
    if not head.startswith("ref: "):
        return head
    ref, common = head.removeprefix("ref: "), folder
    if (folder / "commondir").is_file():
        common = folder / (folder / "commondir").read_text("utf-8").strip()
    for place in (folder / ref, common / ref):
        if place.is_file():
            return place.read_text("utf-8").strip()
    packed = (common / "packed-refs").read_text("utf-8").splitlines()
    return next((line.split()[0] for line in packed if line.endswith(f" {ref}")), "")
