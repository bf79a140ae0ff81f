"""Reads a regular kg.csv column by column (pyarrow, streaming): fast, and unable to explain.

It makes every check of the reader by line, on whole columns; what fails one, or might be read
differently by the other reader, is Irregular: that reader then names line and reason.
"""

import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv

from pipeline.core.kg.column_nodes import Ends, NodeTable
from pipeline.core.kg.pairing import Rows, pair_rows
from pipeline.core.kg.primekg_format import COLUMNS, PrimeKG
from pipeline.core.kg.regular_bytes import Irregular, RegularBytes
from pipeline.core.kg.relations import SPECS
from pipeline.core.kg.source_bytes import Progress, SourceBytes
from pipeline.core.records import Node, NodeType

__all__ = ["Irregular", "read_by_column"]

_BLOCK: Final = 4 << 20
_FEW_WORDS: Final = frozenset(
    {"relation", "display_relation"}
    | {f"{end}_{part}" for end in "xy" for part in ("type", "source")}
)
_COLUMN_TYPES: Final = {
    name: pa.dictionary(pa.int32(), pa.string()) if name in _FEW_WORDS else pa.string()
    for name in COLUMNS
}
_RELATIONS: Final = {name: code for code, name in enumerate({spec.relation: 0 for spec in SPECS})}
_DISPLAYS: Final = {
    name: code for code, name in enumerate({spec.display_relation: 0 for spec in SPECS})
}
_TYPES: Final = {str(kind): code for code, kind in enumerate(NodeType)}
_UNKNOWN: Final = 255


def _kinds() -> npt.NDArray[np.uint8]:
    """The relation's code by relation, display relation and the types of x and y."""
    kinds = np.full((len(_RELATIONS), len(_DISPLAYS), len(_TYPES), len(_TYPES)), _UNKNOWN, np.uint8)
    for code, spec in enumerate(SPECS):
        at = kinds[_RELATIONS[spec.relation], _DISPLAYS[spec.display_relation]]
        head, tail = _TYPES[spec.head_type], _TYPES[spec.tail_type]
        at[head, tail] = at[tail, head] = code
    return kinds


_KINDS: Final = _kinds()


def read_by_column(path: Path, progress: Progress | None = None) -> PrimeKG:
    """The graph of a regular file, equal to what the reader by line makes of it.

    Raises Irregular for any other file.
    """
    try:
        source = SourceBytes(path, progress)
    except OSError as error:
        raise Irregular from error
    regular = RegularBytes(source.stream)
    try:
        nodes, rows = _read(regular)
    except (pa.ArrowException, OSError, EOFError, UnicodeError, zlib.error) as error:
        raise Irregular from error
    finally:
        regular.close()
        source.close()
    statements = pair_rows(rows, [node.type for node in nodes], Irregular)
    return PrimeKG(source.checksum, len(rows.codes), nodes, statements)


def _read(stream: RegularBytes) -> tuple[tuple[Node, ...], Rows]:
    table = NodeTable()
    parts = [_rows(batch, table) for batch in _batches(stream)]
    if not parts:
        raise Irregular
    columns = zip(*((part.x, part.y, part.codes) for part in parts), strict=True)
    return table.nodes, Rows(*map(np.concatenate, columns))


def _batches(stream: RegularBytes) -> Iterator[Any]:
    reader = pa_csv.open_csv(
        stream,
        read_options=pa_csv.ReadOptions(block_size=_BLOCK),
        parse_options=pa_csv.ParseOptions(ignore_empty_lines=False),
        convert_options=pa_csv.ConvertOptions(column_types=_COLUMN_TYPES),
    )
    if sorted(reader.schema.names) != sorted(COLUMNS):
        raise Irregular
    return (batch for batch in reader if batch.num_rows)


def _rows(batch: Any, table: NodeTable) -> Rows:
    ends = Ends(
        indices=_both_ends(batch, "index"),
        identifiers=_both_ends(batch, "id"),
        names=_both_ends(batch, "name"),
        types=np.concatenate([_codes(batch[f"{end}_type"], _TYPES) for end in "xy"]),
        sources=np.concatenate([table.source_codes(batch[f"{end}_source"]) for end in "xy"]),
    )
    x, y = np.split(table.positions(ends), 2)
    x_types, y_types = np.split(ends.types, 2)
    relations, displays = (
        _codes(batch["relation"], _RELATIONS),
        _codes(batch["display_relation"], _DISPLAYS),
    )
    codes = _KINDS[relations, displays, x_types, y_types]
    if (codes == _UNKNOWN).any():
        raise Irregular
    return Rows(x, y, codes)


def _both_ends(batch: Any, part: str) -> Any:
    return pa.concat_arrays([batch[f"x_{part}"], batch[f"y_{part}"]])


def _codes(column: Any, known: Mapping[str, int]) -> npt.NDArray[np.uint8]:
    """The codes of a column of few different words; Irregular for a word not known."""
    words = column.dictionary.to_pylist()
    if not known.keys() >= set(words):
        raise Irregular
    codes = np.array([known[word] for word in words], np.uint8)
    cells: npt.NDArray[np.uint8] = codes[column.indices.to_numpy()]
    return cells
