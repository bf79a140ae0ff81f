"""References lead somewhere: files that documents name exist, attack cases stand in their table."""

import re
from pathlib import Path

import pytest

from tests.house.source import CODE, name_of, python_files

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "docs")
NAMED_FILE = re.compile(
    r"`((?:pipeline|review|medreason_web|tests|templates|static)/[\w./-]+\.\w+)`"
)
NAMED_MODULE = re.compile(r"\b((?:pipeline|review)(?:\.[a-z_]+){2,})\b")
CASES = re.compile(r"attack cases? ((?:\d+(?:-\d+)?(?:, )?)+)")


def documents(root: Path) -> list[Path]:
    """README, CONTRIBUTING and docs; decisions are left out: they tell what was true then."""
    paths = [path for name in DOCUMENTS for path in (root / name, *(root / name).rglob("*.md"))]
    return [path for path in paths if path.is_file() and "decisions" not in path.parts]


def test_every_file_a_document_names_exists(root: Path):
    missing = [
        f"{name_of(document)}: {name}"
        for document in documents(root)
        for name in NAMED_FILE.findall(document.read_text(encoding="utf-8"))
        if not (root / name).exists()
    ]
    assert not missing


def test_every_module_that_code_speaks_of_exists(root: Path):
    """`pipeline.ledger.budgets` in a docstring is a module, or a name in one."""
    missing = [
        f"{name_of(path)}: {name}"
        for path in python_files(*CODE)
        for name in NAMED_MODULE.findall(path.read_text(encoding="utf-8"))
        if not leads_somewhere(root, name)
    ]
    assert not missing


def leads_somewhere(root: Path, dotted: str) -> bool:
    parts = dotted.split(".")
    candidates = (root.joinpath(*parts[:length]) for length in range(len(parts), 1, -1))
    nearest = next((path for path in candidates if path.is_dir() or exists(path)), None)
    if nearest is None:
        return False
    return len(parts) - len(nearest.relative_to(root).parts) <= (2 if exists(nearest) else 0)


def exists(module: Path) -> bool:
    return module.with_suffix(".py").is_file()


def test_every_attack_case_stands_in_the_table(root: Path):
    table = (root / "docs" / "security.md").read_text(encoding="utf-8")
    rows = {int(number) for number in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    named = {
        number
        for path in python_files(*CODE, "tests")
        for text in CASES.findall(path.read_text(encoding="utf-8"))
        for number in numbers(text)
    }
    assert rows == set(range(1, len(rows) + 1))
    assert named <= rows


@pytest.mark.parametrize(("text", "expected"), [("5-8, 33", [5, 6, 7, 8, 33]), ("12", [12])])
def test_ranges_of_cases_are_read(text, expected):
    assert numbers(text) == expected


def numbers(text: str) -> list[int]:
    """The cases that "5-8, 33" names."""
    spans = [part.split("-") for part in text.split(", ") if part]
    return [case for span in spans for case in range(int(span[0]), int(span[-1]) + 1)]
