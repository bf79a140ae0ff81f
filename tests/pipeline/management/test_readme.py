"""README's commands do what README says, word for word, from the first start to a bundle."""

import gzip
import json
import re
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests import factories
from tests.factories.kg import write_kg

pytestmark = [pytest.mark.processes, pytest.mark.long]
HEADING = "## Your own graph and questions"


def commands(readme: str) -> list[list[str]]:
    """The indented commands of the section, without `manage.py`."""
    section = readme[readme.index(HEADING) :].split("\n\n")[2]
    lines = [shlex.split(line) for line in section.splitlines()]
    assert all(line[0] == "manage.py" for line in lines)
    return [line[1:] for line in lines]


def write_inputs(folder: Path) -> None:
    """Files of the names in README: a graph, other names of its nodes, questions as MedQA's."""
    graph = write_kg(folder / "kg.csv", factories.NODES, factories.EDGES)
    with gzip.open(folder / "kg.csv.gz", "wb") as file:
        file.write(graph.read_bytes())
    (folder / "synonyms.csv").write_text("node,synonym\n1,Albuterol\n")
    with (folder / "test.jsonl").open("w") as file:
        for number in range(len(factories.ASKED)):
            asked = factories.question(number)
            options = {option.label: option.text for option in asked.options}
            key = {"answer": asked.answer_text, "answer_idx": asked.answer_label}
            file.write(json.dumps({"question": asked.text, "options": options, **key}) + "\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the reader stands: beside the files, with manage.py at hand."""
    write_inputs(tmp_path)
    return tmp_path


def test_from_the_first_start_to_a_bundle(folder, root, product_environment):
    environment = product_environment | {"PYTHONPATH": str(root)}
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    up = subprocess.Popen(
        [sys.executable, "-u", "manage.py", "up", "--port", str(port)],
        cwd=root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert any("MedReason Web is at" in line for line in up.stdout)
        for words in commands((root / "README.md").read_text()):
            told = subprocess.run(
                [sys.executable, root / "manage.py", *words],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                timeout=180,
                check=False,
            )
            assert told.returncode == 0, f"{words}: {told.stdout}{told.stderr}"
    finally:
        up.terminate()
        up.communicate(timeout=60)
    assert_is_a_bundle(folder / "first-release")


def assert_is_a_bundle(bundle: Path) -> None:
    manifest = json.loads((bundle / "manifest.json").read_text())
    assert manifest["rows"] > 0
    present = {path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file()}
    assert present == {*manifest["files"], "manifest.json"}
    assert not list((bundle / "data").glob("sft*"))
    card = (bundle / "README.md").read_text()
    assert re.search(r"No clinician graded these", card)
