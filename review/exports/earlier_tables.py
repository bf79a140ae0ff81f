"""The tables of bundles of earlier versions: frozen releases are rebuilt by them, byte for byte."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from pipeline.core.release_format import FORMAT_2_LACKS, FORMAT_3_LACKS
from review.exports import tables
from review.exports.tables import BUNDLE_VERSION, TABLES, ExportTable

_KEYS = dict.fromkeys(("question_id", "cluster", "split"), True)
_SELECTED_BY = dict.fromkeys(("specialty", "topic", "question_type", "difficulty"), True)


def _unsplit(table: ExportTable, **changes: Any) -> ExportTable:
    earlier: dict[str, Any] = {"split": False, "lacks": _KEYS} | changes
    return replace(table, **earlier)


# Lines of format 3. Whole conversations were called `sft`.
_VERSION_2 = (
    _unsplit(tables.TRACES, name="rated", lacks=FORMAT_3_LACKS),
    *map(_unsplit, (tables.GRADES, tables.STEPS, tables.PATH_GRADES, tables.PATHS)),
    _unsplit(tables.MEDREASON, for_training=False),
    _unsplit(tables.CHAT, name="sft", lacks=_KEYS | _SELECTED_BY),
    _unsplit(tables.PREFERENCE, lacks=_KEYS | {"same_answer": True}),
    _unsplit(tables.STEPWISE),
)
# Lines of format 2.
_VERSION_1_LACKS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "rated": FORMAT_2_LACKS,
        "sft": {"reaches_answer": True},
        "preference": {"basis": True, "chosen_answer": True, "rejected_answer": True},
    }
)
_VERSION_1 = tuple(
    replace(table, lacks={**table.lacks, **_VERSION_1_LACKS.get(table.name, {})})
    for table in _VERSION_2
)
TABLES_OF_VERSION: Mapping[int, tuple[ExportTable, ...]] = MappingProxyType(
    {1: _VERSION_1, 2: _VERSION_2, BUNDLE_VERSION: TABLES}
)
