"""Columns of a row class: what each format calls their types."""

import types
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pipeline.core.release_format import Schema


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A plain type (str, int, float, bool) or nested columns; once, or any number of times."""

    plain: type | None
    columns: Mapping[str, "ColumnType"]
    lists: int = 0


def column_types(
    row: type[Schema], lacks: Mapping[str, Any] = MappingProxyType({})
) -> dict[str, ColumnType]:
    """The columns of a row class, by name, in order.

    Without those in `lacks`, which names them as pydantic's `exclude` does.
    """
    return {
        name: _column(_annotation(row, name), lacks.get(name, {}))
        for name in row.model_fields
        if lacks.get(name) is not True
    }


def _annotation(row: type[Schema], name: str) -> Any:
    return row.model_fields[name].annotation


def _column(annotation: Any, lacks: Mapping[str, Any]) -> ColumnType:
    annotation = _base_type(annotation)
    if get_origin(annotation) is tuple:
        inner = _column(get_args(annotation)[0], lacks.get("__all__", {}))
        return ColumnType(inner.plain, inner.columns, inner.lists + 1)
    if issubclass(annotation, Schema):
        return ColumnType(None, column_types(annotation, lacks))
    return ColumnType(annotation, {})


def _base_type(annotation: Any) -> Any:
    """The type without bounds and without "or None"; of a literal the type of its values."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return _base_type(get_args(annotation)[0])
    if origin is Literal:
        return type(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        kinds = {
            _base_type(argument) for argument in get_args(annotation) if argument is not type(None)
        }
        if len(kinds) != 1:
            raise TypeError(f"A column has one type, not {annotation}.")
        return kinds.pop()
    return annotation
