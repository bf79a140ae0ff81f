"""The codebook: every column of every file, as CSV and as Markdown; and the archive's README."""

from collections.abc import Sequence
from pathlib import Path

from review.exports.archive.contents import Contents
from review.exports.archive.tables import ArchiveTable, csv_bytes
from review.exports.writers import defuse_formula

COLUMNS = ("file", "column", "type", "unit", "values", "meaning")
README = Path(__file__).with_name("readme_template.md")
SCRIPTS = Path(__file__).with_name("scripts")


def codebook_rows(tables: Sequence[ArchiveTable], *, with_comments: bool) -> list[tuple[str, ...]]:
    """A row for each column."""
    return [
        (
            f"{table.name}.csv",
            field.name,
            field.kind,
            field.unit,
            field.values,
            field.meaning + (" Free text." if field.is_free_text else ""),
        )
        for table in tables
        for field in table.shown(with_comments=with_comments)
    ]


def codebook_csv(tables: Sequence[ArchiveTable], *, with_comments: bool) -> bytes:
    """The codebook as a table."""
    rows = codebook_rows(tables, with_comments=with_comments)
    return csv_bytes([COLUMNS, *(tuple(map(defuse_formula, row)) for row in rows)])


def codebook_markdown(tables: Sequence[ArchiveTable], *, with_comments: bool) -> bytes:
    """The codebook as a text: a table for each file."""
    parts = ["# Codebook\n"]
    for table in tables:
        lines = [f"## {table.name}.csv\n", f"A row: {table.a_row}.\n"]
        lines += ["| column | type | unit | values | meaning |", "|---|---|---|---|---|"]
        rows = codebook_rows([table], with_comments=with_comments)
        lines += [f"| `{name}` | {' | '.join(rest)} |" for _, name, *rest in rows]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts).encode()


def readme(contents: Contents) -> bytes:
    """What the archive holds and how to run its scripts."""
    comments = (
        "Free text of raters, adjudicators and leads is included, as chosen."
        if contents.with_comments
        else "Free text of raters, adjudicators and leads is left out."
    )
    text = README.read_text(encoding="utf-8")
    return (
        text.replace("{study}", " ".join(contents.study.name.split()))
        .replace("{comments}", comments)
        .encode()
    )


def scripts() -> dict[str, bytes]:
    """The scripts by their place in the archive."""
    found = sorted(path for path in SCRIPTS.rglob("*") if path.suffix in {".py", ".R"})
    return {path.relative_to(SCRIPTS).as_posix(): path.read_bytes() for path in found}
