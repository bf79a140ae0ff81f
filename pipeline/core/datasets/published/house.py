"""Your own questions: id, question, options, answer_idx and answer; or without options.

Optional are specialty and context (what is to be read before the question).
"""

from string import ascii_lowercase, ascii_uppercase

from pipeline.core.datasets.base import Adapter, Shape
from pipeline.core.datasets.fields import Record
from pipeline.core.datasets.mapping.field_mapping import FieldMapping, KeyField, OptionFields
from pipeline.core.datasets.published.examinations import LETTER_AND_TEXT

_COLUMNS = (tuple(ascii_uppercase), tuple(f"option_{letter}" for letter in ascii_lowercase))
_OPTIONS = (OptionFields("object", ("options",)), *(OptionFields("columns", c) for c in _COLUMNS))
_OF_OPTIONS = {"options", "answer_idx", *_COLUMNS[0], *_COLUMNS[1]}


def _without_options(record: Record) -> bool:
    """Nothing speaks of options: a question that lost them is not taken for free text."""
    return not _OF_OPTIONS & record.keys()


def _mapping(keys: tuple[KeyField, ...], options: OptionFields | None) -> FieldMapping:
    return FieldMapping(
        "question", keys, options, context="context", id=("id",), specialty="specialty"
    )


HOUSE = Adapter(
    name="house",
    title="Your own questions",
    shapes=(
        *(Shape(_mapping(LETTER_AND_TEXT, options)) for options in _OPTIONS),
        Shape(_mapping((KeyField("answer", "text"),), None), accepts=_without_options),
    ),
)
