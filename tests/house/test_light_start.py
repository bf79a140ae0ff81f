"""Heavy libraries load only where they are used: the web process starts without any of them."""

import subprocess
import sys
from pathlib import Path

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
    "matplotlib",
    "PIL",
}
START_WEB = """
import sys
import medreason_web.wsgi
from django.urls import get_resolver
get_resolver().url_patterns
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_the_web_process_loads_nothing_heavy(root: Path, product_environment: dict[str, str]):
    run = subprocess.run(
        [sys.executable, "-c", START_WEB],
        cwd=root,
        env=product_environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    loaded = set(run.stdout.split())
    assert "pipeline" in loaded
    assert not HEAVY & loaded
