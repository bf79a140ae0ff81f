"""Records out of a JSON document: an array, objects in a row, lists or records under keys."""

from collections.abc import Callable, Iterator, Mapping
from io import BufferedReader

from pipeline.core.datasets.fields import InvalidRecord, shown
from pipeline.core.datasets.files.json_columns import column_records, table_records
from pipeline.core.datasets.files.json_shape import ENVELOPES, Shape
from pipeline.core.datasets.files.json_text import JsonText, checked_object
from pipeline.core.datasets.files.records import ReadLimits, SourceRecord

_ID, _SPLIT = "id", "split"
# The Hub's viewer puts each record into a row of its own making.
_VIEWER_ROW = {"row_idx", "row"}
_VIEWER_FEATURES = "features"


def array_records(
    stream: BufferedReader, file_name: str, limits: ReadLimits
) -> Iterator[SourceRecord]:
    """An array of records."""
    document = JsonText(stream, file_name, limits.record)
    for _ in document.elements():
        if document.number == 0 and document.peek() == "[":
            document.fail("It is an array of arrays, which do not say what their columns are.")
        yield _next_record(document, _as_it_is)
    document.end()


def concatenated_records(
    stream: BufferedReader, file_name: str, limits: ReadLimits
) -> Iterator[SourceRecord]:
    """Objects one after the other, each on several lines; or a single one."""
    document = JsonText(stream, file_name, limits.record)
    while document.peek():
        yield _next_record(document, _as_it_is)


def object_records(
    shape: Shape, stream: BufferedReader, file_name: str, limits: ReadLimits
) -> Iterator[SourceRecord]:
    """The records that an object of this shape holds."""
    if shape is Shape.RECORD:
        return concatenated_records(stream, file_name, limits)
    document = JsonText(stream, file_name, limits.record)
    if shape is Shape.COLUMNS:
        return column_records(document, limits)
    if shape is Shape.TABLE:
        return table_records(document)
    if shape is Shape.KEYED:
        return _keyed_records(document)
    if shape is Shape.LISTS:
        return _listed_records(document)
    document.fail(
        "It is one object whose keys can be ids of records or names of columns: save it as JSON "
        "Lines, one record a line."
    )


def _keyed_records(document: JsonText) -> Iterator[SourceRecord]:
    """Records by their ids: the key is the record's id, unless it names one itself."""
    for key in document.members():
        identifier: dict[str, object] = {_ID: key}
        yield _next_record(document, identifier.__or__)
    document.end()


def _listed_records(document: JsonText) -> Iterator[SourceRecord]:
    """The records of each list; a name that is no envelope's is the split of its records."""
    for name in document.members():
        if name == _VIEWER_FEATURES or document.peek() != "[":
            document.skip()
            continue
        complete, are_records = _as_it_is if name in ENVELOPES else _with_split(name), None
        for _ in document.elements():
            are_records = document.peek() == "{" if are_records is None else are_records
            if are_records:
                yield _next_record(document, complete)
            else:
                document.skip()
    document.end()
    if not document.number:
        document.fail("It is one object without a list of records among its values.")


_Completion = Callable[[dict[str, object]], Mapping[str, object]]


def _next_record(document: JsonText, complete: _Completion) -> SourceRecord:
    document.number += 1
    number, value = document.number, document.value()
    try:
        return SourceRecord(number, number - 1, complete(checked_object(value, document.flaw)))
    except InvalidRecord as error:
        return SourceRecord(number, number - 1, {}, str(error))


def _as_it_is(fields: dict[str, object]) -> Mapping[str, object]:
    if not fields.keys() >= _VIEWER_ROW:
        return fields
    if fields.get("truncated_cells"):
        raise InvalidRecord("The viewer that this was saved from has cut the record's text short.")
    return checked_object(fields["row"], "")


def _with_split(name: str) -> _Completion:
    def complete(fields: dict[str, object]) -> Mapping[str, object]:
        if fields.get(_SPLIT, name) != name:
            raise InvalidRecord(
                f"The record's split is {shown(fields[_SPLIT])}, but it stands under {shown(name)}."
            )
        return {**fields, _SPLIT: name}

    return complete
