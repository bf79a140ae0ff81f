"""A block of kg.csv as columns becomes rows of positions and codes, every row checked."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.core.kg.artefact import NODE_TYPES
from pipeline.core.kg.relations import SPECS
from pipeline.core.kg.source.node_table import Ends, NodeTable, Unfit
from pipeline.core.kg.source.primekg_format import COLUMNS
from pipeline.core.kg.source.statements import DirectedRows

_CODED: Final = frozenset(
    {"relation", "display_relation"}
    | {f"{end}_{part}" for end in "xy" for part in ("type", "source")}
)
# Columns of few different words come as a dictionary and codes.
COLUMN_TYPES: Final[Mapping[str, Any]] = {
    name: pa.dictionary(pa.int32(), pa.string()) if name in _CODED else pa.string()
    for name in COLUMNS
}
_RELATIONS: Final = {name: code for code, name in enumerate({spec.relation: 0 for spec in SPECS})}
_DISPLAYS: Final = {
    name: code for code, name in enumerate({spec.display_relation: 0 for spec in SPECS})
}
_TYPES: Final = {str(kind): code for code, kind in enumerate(NODE_TYPES)}
_UNKNOWN: Final = 255


def _relation_codes() -> npt.NDArray[np.uint8]:
    """The relation's code by relation, display relation and the types of x and y."""
    codes = np.full((len(_RELATIONS), len(_DISPLAYS), len(_TYPES), len(_TYPES)), _UNKNOWN, np.uint8)
    for code, spec in enumerate(SPECS):
        by_types = codes[_RELATIONS[spec.relation], _DISPLAYS[spec.display_relation]]
        head, tail = _TYPES[spec.head_type], _TYPES[spec.tail_type]
        by_types[head, tail] = by_types[tail, head] = code
    return codes


# One look-up a row checks relation, display relation and both types together.
_RELATION_CODES: Final = _relation_codes()


def directed_rows(batch: Any, nodes: NodeTable) -> DirectedRows:
    """The rows of an arrow batch of COLUMN_TYPES; new nodes join the table.

    Raises Unfit where any row does not add up.
    """
    ends = Ends(
        indices=_both_ends(batch, "index"),
        identifiers=_both_ends(batch, "id"),
        names=_both_ends(batch, "name"),
        types=np.concatenate([_codes(batch[f"{end}_type"], _TYPES) for end in "xy"]),
        sources=np.concatenate([nodes.source_codes(batch[f"{end}_source"]) for end in "xy"]),
    )
    x, y = np.split(nodes.positions(ends), 2)
    x_types, y_types = np.split(ends.types, 2)
    relations = _codes(batch["relation"], _RELATIONS)
    displays = _codes(batch["display_relation"], _DISPLAYS)
    codes = _RELATION_CODES[relations, displays, x_types, y_types]
    if (codes == _UNKNOWN).any():
        raise Unfit
    return DirectedRows(x, y, codes)


def _both_ends(batch: Any, part: str) -> Any:
    return pa.concat_arrays([batch[f"x_{part}"], batch[f"y_{part}"]])


def _codes(column: Any, known: Mapping[str, int]) -> npt.NDArray[np.uint8]:
    words = column.dictionary.to_pylist()
    if not known.keys() >= set(words):
        raise Unfit
    codes = np.array([known[word] for word in words], np.uint8)
    cells: npt.NDArray[np.uint8] = codes[column.indices.to_numpy()]
    return cells
