"""One record, read by a field mapping, is one question."""

from pipeline.core.datasets.fields import (
    MAX_IDENTIFIER_LENGTH,
    MAX_TOPIC_LENGTH,
    MAX_TYPE_LENGTH,
    InvalidRecord,
    OtherSplit,
    Record,
    descriptor,
    identifier,
    optional_text,
    specialty,
    text,
)
from pipeline.core.datasets.mapping.field_mapping import FieldMapping
from pipeline.core.datasets.mapping.keys import keyed_option
from pipeline.core.datasets.mapping.options import options_of, without_options
from pipeline.core.records import Option, Question


def question_of(mapping: FieldMapping, source: str, record: Record, position: int) -> Question:
    """The question of a record at its position in the file (from 0).

    Raises InvalidRecord with the reason, OtherSplit for a record that is not asked for.
    """
    _check_split(mapping, record)
    options = options_of(record, mapping.options) if mapping.options else ()
    label, answer = _answer(mapping, record, options)
    return Question(
        source=source,
        id_in_source=_identifier(mapping, record, position),
        text=_asked(mapping, record, options),
        options=options,
        answer_label=label,
        answer_text=answer,
        context=_optional(record, mapping.context),
        long_answer=_optional(record, mapping.long_answer),
        specialty=specialty(record, mapping.specialty) if mapping.specialty else "",
        topic=descriptor(record, mapping.topic, MAX_TOPIC_LENGTH),
        question_type=descriptor(record, mapping.question_type, MAX_TYPE_LENGTH),
    )


def _check_split(mapping: FieldMapping, record: Record) -> None:
    split = mapping.split
    if split and text(record, split.column) != split.value:
        raise OtherSplit


def _answer(
    mapping: FieldMapping, record: Record, options: tuple[Option, ...]
) -> tuple[str | None, str]:
    if options:
        option = keyed_option(record, mapping.keys, options)
        return option.label, option.text
    (key,) = mapping.keys
    value = record.get(key.column)
    whole = isinstance(value, int) and not isinstance(value, bool)
    return None, str(value) if whole else text(record, key.column)


def _identifier(mapping: FieldMapping, record: Record, position: int) -> str:
    if not mapping.id:
        return str(position)
    joined = "/".join(identifier(record, name) for name in mapping.id)
    if len(joined) > MAX_IDENTIFIER_LENGTH:
        raise InvalidRecord(f"The id is longer than {MAX_IDENTIFIER_LENGTH} characters.")
    return joined


def _asked(mapping: FieldMapping, record: Record, options: tuple[Option, ...]) -> str:
    asked = text(record, mapping.question)
    return without_options(asked, options) if mapping.options_repeated else asked


def _optional(record: Record, name: str) -> str:
    return optional_text(record, name) if name else ""
