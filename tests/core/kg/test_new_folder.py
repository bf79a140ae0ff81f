"""Folders that are whole or absent, and the sweeping of what a killed process left."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.core.errors import ArtefactError
from pipeline.core.kg.new_folder import new_folder

WRITE = """
import sys
from pathlib import Path
from pipeline.core.kg.new_folder import new_folder
with new_folder(Path(sys.argv[1])) as partial:
    (partial / "half").write_text("half")
    print("writing", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def start_writer(tmp_path, root: Path):
    """Starts a process in the midst of writing the folder `other`; it ends when its input does."""
    started = []

    def start():
        process = subprocess.Popen(
            [sys.executable, "-c", WRITE, tmp_path / "other"],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout.readline() == "writing\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def hidden(folder):
    return [path.name for path in folder.glob(".*")]


def test_a_folder_appears_whole(tmp_path):
    with new_folder(tmp_path / "graph") as partial:
        (partial / "file").write_text("whole")
        assert not (tmp_path / "graph").exists()
    assert (tmp_path / "graph" / "file").read_text() == "whole"
    assert hidden(tmp_path) == []
    with pytest.raises(ArtefactError, match="exists already"), new_folder(tmp_path / "graph"):
        pass


def test_what_a_killed_writer_left_is_swept_by_the_next(tmp_path, start_writer):
    writer = start_writer()
    writer.kill()
    writer.wait()
    assert len(hidden(tmp_path)) == 1
    with new_folder(tmp_path / "graph"):
        assert [name for name in hidden(tmp_path) if name.startswith(".other")] == []


@pytest.mark.parametrize("begun", ["first", "beside another"])
def test_a_living_writer_is_left_alone(tmp_path, start_writer, begun):
    if begun == "first":
        writer = start_writer()
    else:
        with new_folder(tmp_path / "earlier"):
            writer = start_writer()
    with new_folder(tmp_path / "graph"):
        assert any(name.startswith(".other") for name in hidden(tmp_path))
    writer.communicate("")
    assert (tmp_path / "other" / "half").read_text() == "half"
