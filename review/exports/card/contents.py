"""The card's sections on what the files hold: tables, columns with types, an example of each."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from review.exports.card.column_meanings import MEANINGS
from review.exports.card.markdown import bullets, paragraphs, table
from review.exports.columns import ColumnType
from review.exports.files import BundleFile
from review.exports.tables import TABLES, ExportTable

MAX_EXAMPLE = 60
TYPES = MappingProxyType({str: "text", int: "integer", float: "number", bool: "true or false"})
LOADING = """    from datasets import load_dataset

    load_dataset("path/to/this/folder", "sft", split="train")

`pandas.read_parquet` and `read_csv` read the tables, TRL `sft`, `chat`, `preference` and `prm` as
they are, `mlcroissant` all of it by `croissant.json`. Cells of CSV files that a spreadsheet would
take for a formula begin with an apostrophe."""


def contents_text(files: Sequence[BundleFile], lacks: Mapping[str, str], folder: Path) -> str:
    """Tables with their rows, then every column once, with an example from the files."""
    present = [one for one in TABLES if any(file.name in one.file_names for file in files)]
    missing = bullets(f"`{name}`: {reason}" for name, reason in sorted(lacks.items()))
    return paragraphs(
        (
            table(("table", "holds", "rows"), (_counted(one, files) for one in present)),
            f"Not in this bundle:\n\n{missing}" if missing else "",
            LOADING,
            "### Columns",
            table(
                ("column", "type", "means", "example", "tables"),
                _columns(present, dict(_examples(present, folder))),
            ),
        )
    )


def _counted(one: ExportTable, files: Iterable[BundleFile]) -> tuple[str, ...]:
    rows = {file.name: file.rows or 0 for file in files}
    names = {split: one.file_name(one.formats[0], split) for split in one.splits}
    counts = [f"{split} {rows[name]:,}" for split, name in names.items() if name in rows]
    return f"`{one.name}`", one.title, ", ".join(counts)


def _columns(
    present: Sequence[ExportTable], examples: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, ...]]:
    of_column: dict[str, list[ExportTable]] = {}
    for one in present:
        for name in one.columns:
            of_column.setdefault(name, []).append(one)
    for name, tables in of_column.items():
        first = tables[0]
        where = "all" if len(tables) == len(present) else ", ".join(one.name for one in tables)
        example = _shortened(examples[first.name].get(name))
        yield f"`{name}`", _type(first.columns[name]), MEANINGS[name], example, where


def _examples(
    present: Iterable[ExportTable], folder: Path
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The first row of each table."""
    from pyarrow import parquet

    for one in present:
        paths = (folder / one.file_name("parquet", split) for split in one.splits)
        first = next(path for path in paths if path.exists())
        batch = next(parquet.ParquetFile(first).iter_batches(1))
        yield one.name, batch.to_pylist()[0]


def _type(column: ColumnType) -> str:
    plain = TYPES[column.plain] if column.plain is not None else "object"
    return "list of " * column.lists + plain


def _shortened(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    flat = " ".join(text.split()).replace("`", "'")
    return f"{flat[:MAX_EXAMPLE]} …" if len(flat) > MAX_EXAMPLE else flat
