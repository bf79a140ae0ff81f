"""How a file with chains of thought is read: published shapes, and columns that someone names."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from pipeline.core.datasets.cells import list_or_object
from pipeline.core.datasets.fields import (
    InvalidRecord,
    OtherSplit,
    Record,
    identifier,
    optional_text,
    text,
)
from pipeline.core.datasets.mapping.field_mapping import FieldMapping, OptionFields
from pipeline.core.datasets.mapping.options import options_of
from pipeline.core.datasets.mapping.reading import question_of
from pipeline.core.imports.chain_text import chain_of
from pipeline.core.records import CoT, Option

_EXPLANATION = ". Explanation:"


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns of a file hold what; an empty name: none. The parts of `id` are joined.

    `explained`: the answer may go on with ". Explanation: …", which is no part of it.
    """

    question: str = "question"
    cot: str = "cot"
    options: str = ""
    answer: str = ""
    conclusion: str = ""
    context: str = ""
    id: tuple[str, ...] = ()
    explained: bool = False


# Wu et al. 2025 and Chen et al. 2024 (HuatuoGPT-o1), whose response ends the chain of thought.
PUBLISHED: Mapping[str, Columns] = MappingProxyType(
    {
        "medreason": Columns(
            cot="reasoning",
            options="options",
            answer="answer",
            id=("dataset_name", "id_in_dataset"),
            explained=True,
        ),
        "medical_o1": Columns("Question", "Complex_CoT", conclusion="Response"),
    }
)
PLAIN = "columns"


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """A chain of thought and what its row says of the question; empty where it says nothing."""

    line: int
    id_in_source: str
    question: str
    context: str
    options: tuple[Option, ...]
    answer: str
    cot: CoT


@dataclass(frozen=True, slots=True)
class ChainFormat:
    """A way to read a file: by `columns`, the question by `mapping` where one was saved."""

    columns: Columns
    mapping: FieldMapping | None = None

    def with_columns(self, **named: str) -> "ChainFormat":
        """The same with other columns; an empty name changes nothing."""
        given = {name: column for name, column in named.items() if column}
        changes = {k: (v,) if k == "id" else v for k, v in given.items()}
        return replace(self, columns=replace(self.columns, **changes))  # type: ignore[arg-type]

    @property
    def needed(self) -> tuple[str, ...]:
        """Columns that every file of this format has."""
        question = self.mapping.needed if self.mapping else (self.columns.question,)
        conclusion = (self.columns.conclusion,) if self.columns.conclusion else ()
        return tuple(dict.fromkeys((*question, self.columns.cot, *conclusion)))

    def row(self, record: Record, *, line: int, position: int) -> ImportedRow:
        """The row of a record. Raises InvalidRecord with the reason why it is none."""
        columns = self.columns
        conclusion = text(record, columns.conclusion) if columns.conclusion else ""
        cot = chain_of(text(record, columns.cot), conclusion)
        if self.mapping:
            return _mapped(self.mapping, record, line, position, cot)
        return ImportedRow(
            line,
            "/".join(identifier(record, name) for name in columns.id if name in record),
            text(record, columns.question),
            optional_text(record, columns.context) if columns.context else "",
            _options(record, columns.options),
            _answer(record, columns),
            cot,
        )


def _mapped(
    mapping: FieldMapping, record: Record, line: int, position: int, cot: CoT
) -> ImportedRow:
    try:
        question = question_of(mapping, "", record, position)
    except OtherSplit as error:
        raise InvalidRecord("The record belongs to another split.") from error
    answer = question.answer_label or question.answer_text
    identified = question.id_in_source if mapping.id else ""
    return ImportedRow(
        line, identified, question.text, question.context, question.options, answer, cot
    )


def _options(record: Record, column: str) -> tuple[Option, ...]:
    """Options as a list, as letters with texts, or in one text; none where the column is empty."""
    value = record.get(column) if column else None
    if value is None or (isinstance(value, str) and not value.strip()):
        return ()
    if isinstance(value, str) and not value.lstrip().startswith(("[", "{")):
        return options_of(record, OptionFields("text", (column,)))
    parsed = list_or_object(value, column)
    is_list = isinstance(parsed, list) and not any(isinstance(one, Mapping) for one in parsed)
    return options_of({column: parsed}, OptionFields("list" if is_list else "object", (column,)))


def _answer(record: Record, columns: Columns) -> str:
    """The answer as the row states it: a letter, a text, or both."""
    if not columns.answer:
        return ""
    value = record.get(columns.answer)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    stated = optional_text(record, columns.answer)
    return stated.partition(_EXPLANATION)[0] if columns.explained else stated
