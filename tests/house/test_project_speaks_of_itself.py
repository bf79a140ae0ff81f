"""The files name no folder of anyone's machine and no package index: they work anywhere."""

import re
import subprocess
from pathlib import Path

import pytest

PATTERNS = {
    "a folder of one machine": re.compile(r"(?<![\w.~*/-])/(?:home|root|work|Users|tmp)/\w"),
    "a package index": re.compile(
        r"--(?:extra-)?index-url|--find-links|[\"']resolved[\"']: *[\"']http"
    ),
}
EXCEPT = {"tests/house/test_project_speaks_of_itself.py"}


def project_files(root: Path) -> list[str]:
    """Files under version control, and new ones that git does not ignore."""
    if not (root / ".git").exists():
        pytest.skip("not a git clone: which files are the project's own cannot be told")
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in listing.stdout.split("\0") if name and name not in EXCEPT]


def read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
        return ""  # an image, a compressed file, a file just removed


@pytest.mark.parametrize("what", PATTERNS)
def test_no_file_names(what: str, root: Path):
    found = [
        f"{name}: {match.group()}"
        for name in project_files(root)
        if (match := PATTERNS[what].search(read(root / name)))
    ]
    assert not found
