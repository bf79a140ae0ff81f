"""JavaScript: its unit tests, run by Node's own test runner, and the names modules import."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pipeline.management.static_files import ModuleStaticFilesStorage

HERE = Path(__file__).parent


@pytest.mark.requires("node")
@pytest.mark.parametrize("name", sorted(path.name for path in HERE.glob("*.test.js")))
def test_unit_tests_of(name: str):
    run = subprocess.run(
        ["node", "--test", name], cwd=HERE, capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_modules_import_one_another_by_hashed_names(tmp_path: Path, root: Path):
    """A browser keeps what has a hashed name for good, and never an old module with a new one."""
    shutil.copytree(root / "static/js", tmp_path / "js")
    storage = ModuleStaticFilesStorage(location=tmp_path, base_url="/static/")
    names = [f"js/{path.name}" for path in (tmp_path / "js").iterdir()]
    hashed = {new for _, new, _ in storage.post_process({name: (storage, name) for name in names})}
    imported = {
        name
        for path in hashed
        if path.endswith(".js")
        for name in re.findall(r"""["']\./(.+?)["']""", (tmp_path / path).read_text("utf-8"))
    }
    assert imported
    assert {f"js/{name}" for name in imported} <= hashed - set(names)
