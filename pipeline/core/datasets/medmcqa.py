"""MedMCQA (Pal et al. 2022): Indian entrance examinations, four options, answer key cop."""

from collections.abc import Mapping

from pipeline.core.datasets.base import Adapter
from pipeline.core.datasets.fields import (
    ForeignShape,
    InvalidRecord,
    column_options,
    identifier,
    optional_text,
    shown,
    specialty,
    text,
)
from pipeline.core.records import Option, Question

_COLUMNS = ("opa", "opb", "opc", "opd")
_UNLABELLED = -1


def parse(record: Mapping[str, object], position: int) -> Question:
    """A MedMCQA question; its subject is the specialty, its explanation the long answer."""
    options = column_options(record, _COLUMNS, counts=(4,))
    answer = _answer(record, options)
    return Question(
        source="medmcqa",
        id_in_source=identifier(record, "id"),
        text=text(record, "question"),
        options=options,
        answer_label=answer.label,
        answer_text=answer.text,
        long_answer=optional_text(record, "exp"),
        specialty=specialty(record, "subject_name"),
    )


def _answer(record: Mapping[str, object], options: tuple[Option, ...]) -> Option:
    """The option cop points at, counted from 0.

    The authors' first files count from 1. One 4 proves it, and then every other key of the
    file would silently name the wrong answer, so the whole file is refused.
    """
    position = record.get("cop")
    if position is None or position == _UNLABELLED:
        raise InvalidRecord("The question has no answer key (cop is absent or -1).")
    if not isinstance(position, int) or isinstance(position, bool):
        raise InvalidRecord("Field cop is not a whole number.")
    if position == len(options):
        raise ForeignShape("cop is 4: this file counts options from 1, and from 0 is expected.")
    if not 0 <= position < len(options):
        raise InvalidRecord(f"Field cop is {shown(position)}; expected is 0 to 3.")
    return options[position]


MEDMCQA = Adapter(name="medmcqa", title="MedMCQA (4 options, cop from 0)", parse=parse)
