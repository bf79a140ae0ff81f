"""Writes small knowledge graphs as PrimeKG's kg.csv, for tests.

    nodes = {0: ("disease", "asthma"), 1: ("drug", "Salbutamol")}
    edges = [(1, 0, "indication", "indication")]
    write_kg(tmp_path / "kg.csv", nodes, edges)

A node is (type, name) or (type, name, id, source); its key is x_index. An edge is
(x_index, y_index, relation, display_relation), stated in that direction first; the reverse
rows follow in a second block, as in PrimeKG. A path ending in .gz is compressed.
"""

import csv
import gzip
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pipeline.core.kg.index import GraphIndex, build_index

COLUMNS = (
    "relation",
    "display_relation",
    *(f"x_{part}" for part in ("index", "id", "type", "name", "source")),
    *(f"y_{part}" for part in ("index", "id", "type", "name", "source")),
)

TYPE_SOURCES = {
    "gene/protein": "NCBI",
    "drug": "DrugBank",
    "effect/phenotype": "HPO",
    "disease": "MONDO",
    "pathway": "REACTOME",
    "anatomy": "UBERON",
    "exposure": "CTD",
}

NodeRow = Sequence[str]
EdgeRow = tuple[int, int, str, str]


def _cells(index: int, node: NodeRow) -> list[str]:
    kind, name, *rest = node
    identifier, source = rest or (f"id{index}", TYPE_SOURCES.get(kind, "GO"))
    return [str(index), identifier, kind, name, source]


def kg_rows(
    nodes: Mapping[int, NodeRow], edges: Iterable[EdgeRow], *, reverse: bool = True
) -> list[list[str]]:
    """Header and data rows, forward block then reverse block (left out when reverse=False)."""
    forward = [
        [relation, display, *_cells(x, nodes[x]), *_cells(y, nodes[y])]
        for x, y, relation, display in edges
    ]
    backward = [[*row[:2], *row[7:], *row[2:7]] for row in forward] if reverse else []
    return [list(COLUMNS), *forward, *backward]


def rows_as_text(rows: Iterable[Sequence[str]]) -> str:
    """The rows as CSV text, for tests that break a file before writing it."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def write_kg(
    path: Path, nodes: Mapping[int, NodeRow], edges: Iterable[EdgeRow], *, reverse: bool = True
) -> Path:
    """Writes the graph and returns the path."""
    content = rows_as_text(kg_rows(nodes, edges, reverse=reverse)).encode()
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)
    return path


def write_synonyms(path: Path, synonyms: Iterable[tuple[int | str, str]]) -> Path:
    """Writes a synonyms file of (x_index, synonym) and returns the path; .tsv has tabs."""
    rows = [("node", "synonym"), *((str(node), text) for node, text in synonyms)]
    text = io.StringIO()
    delimiter = "\t" if path.suffix == ".tsv" else ","
    csv.writer(text, lineterminator="\n", delimiter=delimiter).writerows(rows)
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def open_kg(
    folder: Path,
    nodes: Mapping[int, NodeRow],
    edges: Iterable[EdgeRow],
    synonyms: Sequence[tuple[int, str]] = (),
) -> GraphIndex:
    """Writes, builds and opens the graph below `folder` (made if absent, else empty)."""
    folder.mkdir(parents=True, exist_ok=True)
    also = write_synonyms(folder / "synonyms.csv", synonyms) if synonyms else None
    source = write_kg(folder / "kg.csv", nodes, edges)
    build_index(source, folder / "graph", synonyms=also)
    return GraphIndex.open(folder / "graph")
