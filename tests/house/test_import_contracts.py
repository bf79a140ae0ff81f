"""Imports run only downward: the contracts in pyproject.toml hold."""

import subprocess
import sys
from pathlib import Path


def test_every_contract_is_kept(root: Path):
    linter = Path(sys.executable).parent / "lint-imports"
    run = subprocess.run(
        [linter, "--no-logo"], cwd=root, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
