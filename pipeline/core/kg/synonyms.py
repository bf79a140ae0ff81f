"""Reads a synonyms file: other names of the graph's nodes, checked line by line.

CSV or TSV (told by its header), plain or gzip, with the columns `node` (PrimeKG's x_index) and
`synonym`; further columns are left alone. One row a synonym, as many as there are.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

from pipeline.core.kg.source_lines import SourceLines
from pipeline.core.kg.source_rows import check_columns, csv_rows

COLUMNS: Final = ("node", "synonym")


class Synonym(NamedTuple):
    """Another name of a node (x_index), as its file writes it."""

    node: int
    text: str


@dataclass(frozen=True)
class Synonyms:
    """A file's synonyms in its order; `source_checksum` is the sha256 of its bytes."""

    source_checksum: str = ""
    entries: tuple[Synonym, ...] = ()


def read_synonyms(path: Path, nodes: Collection[int]) -> Synonyms:
    """All synonyms of a file. Raises SourceFileError with file, line and reason.

    `nodes` are the graph's: a synonym of any other is an error.
    """
    source = SourceLines(path)
    try:
        entries = tuple(_entries(source, nodes))
        if not entries:
            raise source.error("the file has a header but no rows", line=0)
        return Synonyms(source.checksum, entries)
    finally:
        source.close()


def _entries(source: SourceLines, nodes: Collection[int]) -> Iterator[Synonym]:
    lines = iter(source)
    first = next(lines, "")
    if not first:
        raise source.error("the file is empty", line=0)
    rows = csv_rows(source, chain([first], lines), "\t" if "\t" in first else ",")
    _, header = next(rows)
    check_columns(source, header, COLUMNS)
    node_at, text_at = (header.index(column) for column in COLUMNS)
    for line, cells in rows:
        yield _synonym(source, line, cells[node_at], cells[text_at], nodes)


def _synonym(
    source: SourceLines, line: int, node: str, text: str, nodes: Collection[int]
) -> Synonym:
    if not (node.isascii() and node.isdigit()):
        raise source.error(f"node {node[:40]!r} is not a whole number from 0", line=line)
    if not text.strip():
        raise source.error("synonym is empty", line=line)
    if len(node) > 16 or int(node) not in nodes:
        raise source.error(f"the graph has no node {node[:40]}", line=line)
    return Synonym(int(node), text.strip())
