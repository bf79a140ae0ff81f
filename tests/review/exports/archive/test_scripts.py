"""The archive's scripts, run as strangers run them, find what the reports say, to the digit."""

import csv
import io
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from review.exports.archive.build import write_folder
from review.models import Reviewer, Study
from tests import actors
from tests.review.exports.archive.graded_study import GradedStudy

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def study(module_db) -> Study:
    raters = [actors.reviewer(f"rater{number}") for number in range(4)]
    for rater, specialty in zip(raters, ("cardiology", "cardiology", "neurology", ""), strict=True):
        Reviewer.objects.filter(pk=rater.pk).update(specialty=specialty, seniority="resident")
    return GradedStudy(raters, actors.lead()).make()


@pytest.fixture(scope="module")
def archive(study, tmp_path_factory) -> Path:
    folder: Path = tmp_path_factory.mktemp("archive") / "archive"
    write_folder(study, folder)
    return folder


@pytest.fixture(scope="module")
def worlds(module_db, tmp_path_factory) -> tuple[Path, Path]:
    """A study with raters enough to resample them, and one that nobody has graded."""
    lead, raters = actors.lead("other"), [actors.reviewer(f"more{number}") for number in range(7)]
    many = GradedStudy(raters, lead, traces=40, drawn=30, overlap=4, seed=5, name="many")
    none = GradedStudy(raters, lead, traces=20, drawn=12, name="none")
    folder: Path = tmp_path_factory.mktemp("worlds")
    write_folder(many.make(), folder / "many")
    write_folder(none.open(), folder / "none")
    return folder / "many", folder / "none"


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A script of the archive, without this project on the path."""
    return subprocess.run(
        arguments, cwd=folder, capture_output=True, text=True, check=False, env={"PATH": "/usr/bin"}
    )


def change_a_grade(folder: Path) -> None:
    """One grade of an item that all accept, turned into a rejection."""
    agreed = next(
        row["item"]
        for row in rows_of(folder / "consensus.csv")
        if row["decision"] == "accept" and row["basis"] == "agreement" and not row["unanswered"]
    )
    rows = rows_of(folder / "grades.csv")
    next(row for row in rows if row["item"] == agreed)["decision"] = "reject"
    with (folder / "grades.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def test_python_finds_every_figure_of_the_reports(archive):
    done = run(archive, sys.executable, "analysis.py")
    assert done.returncode == 0, done.stderr
    assert "all as reported" in done.stderr
    figures = list(csv.DictReader(io.StringIO(done.stdout)))
    assert len(figures) > 500
    assert not list(archive.rglob("*.pyc"))


def test_so_it_does_with_enough_raters_to_resample_and_before_anyone_has_graded(worlds):
    for folder in worlds:
        done = run(folder, sys.executable, "analysis.py", "--only-compare")
        assert done.returncode == 0, done.stderr


@pytest.mark.requires("r")
def test_r_finds_every_figure_too_and_intervals_within_simulation_error(archive, worlds):
    for folder in (archive, *worlds):
        done = run(folder, "Rscript", "--vanilla", "analysis.R")
        assert done.returncode == 0, done.stderr
        assert "all as reported" in done.stderr
        figures = list(csv.DictReader(io.StringIO(done.stdout)))
        python = run(folder, sys.executable, "analysis.py")
        assert len(figures) == len(python.stdout.splitlines()) - 1


@pytest.mark.requires("r")
def test_one_grade_changed_makes_r_differ(archive, tmp_path):
    changed = tmp_path / "changed"
    shutil.copytree(archive, changed)
    change_a_grade(changed)
    done = run(changed, "Rscript", "--vanilla", "analysis.R", "--only-compare")
    assert done.returncode == 1
    assert "quality/acceptable, row 1, share: value " in done.stderr
    assert "agreement/criteria, row 3, ac: value " in done.stderr
    assert "consensus.csv, item " in done.stderr


def test_one_grade_changed_makes_them_differ(archive, tmp_path):
    changed = tmp_path / "changed"
    shutil.copytree(archive, changed)
    change_a_grade(changed)
    done = run(changed, sys.executable, "analysis.py", "--only-compare")
    assert done.returncode == 1
    assert not done.stdout
    differing = done.stderr.splitlines()[:-1]
    assert any(line.startswith("quality/acceptable, row 1, share: ") for line in differing)
    assert any(line.startswith("agreement/criteria, row 3, ac: ") for line in differing)
    assert any(line.startswith("consensus.csv, item ") for line in differing)
