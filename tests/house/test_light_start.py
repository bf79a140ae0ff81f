"""Heavy libraries load only where they are used: no process starts with any of them."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "torch",
    "sentence_transformers",
    "transformers",
    "trl",
    "datasets",
    "scipy",
    "sklearn",
    "pyarrow",
    "numba",
    "networkx",
    "openai",
    "matplotlib",
    "PIL",
}
START = {
    "web": "import medreason_web.wsgi",
    "worker": "import medreason_web.celery as c; c.app.loader.import_default_modules()",
    "supervisor": "import pipeline.management.serve",
}
LOADED = """
import sys
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def loaded(code: str, root: Path, environment: dict[str, str]) -> set[str]:
    """The packages that a process has loaded after this code."""
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\n{LOADED}"],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return set(run.stdout.split())


@pytest.mark.parametrize("process", START)
def test_no_process_starts_with_anything_heavy(process, root, product_environment):
    environment = product_environment | {"DJANGO_SETTINGS_MODULE": "medreason_web.settings"}
    packages = loaded(START[process], root, environment)
    assert "pipeline" in packages
    assert not HEAVY & packages


def test_the_supervisor_knows_no_django(root, product_environment):
    assert not {"django", "celery", "numpy"} & loaded(
        START["supervisor"], root, product_environment
    )
