"""Reads a synonyms file: other names of the graph's nodes, checked line by line.

CSV or TSV (told by its header), plain or gzip, with the columns `node` (PrimeKG's x_index) and
`synonym`; further columns are left alone. One row a synonym, as many as there are.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from pipeline.core.kg.source.csv_rows import csv_rows, read_header
from pipeline.core.kg.source.source_file import SourceFile

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
    source = SourceFile(path)
    try:
        entries = tuple(_entries(source, nodes))
        if not entries:
            raise source.error("the file has a header but no rows", line=0)
        return Synonyms(source.checksum, entries)
    finally:
        source.close()


def _entries(source: SourceFile, nodes: Collection[int]) -> Iterator[Synonym]:
    first, *_ = source.peek_block().split(b"\n", 1)
    rows = csv_rows(source, "\t" if b"\t" in first else ",")
    node_at, text_at = map(read_header(source, rows, COLUMNS).index, COLUMNS)
    for line, cells in rows:
        yield _synonym(source, line, cells[node_at], cells[text_at], nodes)


def _synonym(
    source: SourceFile, line: int, node: str, text: str, nodes: Collection[int]
) -> Synonym:
    if not (node.isascii() and node.isdigit()):
        raise source.error(f"node {node[:40]!r} is not a whole number from 0", line=line)
    if not text.strip():
        raise source.error("synonym is empty", line=line)
    if len(node) > 16 or int(node) not in nodes:
        raise source.error(f"the graph has no node {node[:40]}", line=line)
    return Synonym(int(node), text.strip())
