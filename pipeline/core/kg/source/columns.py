"""A block of kg.csv as columns becomes rows of positions and codes, every row checked."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.core.kg.artefact import NODE_TYPES
from pipeline.core.kg.relations import SPECS
from pipeline.core.kg.source.node_table import NodeTable, Unfit
from pipeline.core.kg.source.primekg_format import COLUMNS, PARTS
from pipeline.core.kg.source.statements import DirectedRows

# Columns of few different words come as a dictionary and codes.
COLUMN_TYPES: Final[Mapping[str, Any]] = {name: pa.string() for name in COLUMNS} | {
    name: pa.dictionary(pa.int32(), pa.string()) for name in ("relation", "display_relation")
}
_CODES: Final = {spec.key: code for code, spec in enumerate(SPECS)}
_UNKNOWN: Final = 255


# By the codes of a relation and of the types of x and y.
_FITTING_TYPES: Final = np.array(
    [[[spec.fits(x, y) for y in NODE_TYPES] for x in NODE_TYPES] for spec in SPECS]
)


def directed_rows(batch: Any, nodes: NodeTable) -> DirectedRows:
    """The rows of an arrow batch of COLUMN_TYPES; new nodes join those known.

    Raises Unfit where any row does not add up.
    """
    x_ends, y_ends = (
        batch.select([f"{end}_{part}" for part in PARTS]).rename_columns(PARTS) for end in "xy"
    )
    x, y = np.split(nodes.positions(pa.concat_batches([x_ends, y_ends])), 2)
    codes = _relation_codes(batch["relation"], batch["display_relation"])
    if not _FITTING_TYPES[codes, nodes.types[x], nodes.types[y]].all():
        raise Unfit
    return DirectedRows(x, y, codes)


def _relation_codes(relations: Any, displays: Any) -> npt.NDArray[np.uint8]:
    pairs = [
        [_CODES.get((relation, display), _UNKNOWN) for display in displays.dictionary.to_pylist()]
        for relation in relations.dictionary.to_pylist()
    ]
    indices = relations.indices.to_numpy(), displays.indices.to_numpy()
    codes: npt.NDArray[np.uint8] = np.array(pairs, np.uint8)[indices]
    if (codes == _UNKNOWN).any():
        raise Unfit
    return codes
