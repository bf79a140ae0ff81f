"""Your own questions: JSONL with id, question, options, answer_idx and answer.

Optional are specialty and context (what is to be read before the question).
"""

from collections.abc import Mapping

from pipeline.core.datasets.base import Adapter
from pipeline.core.datasets.fields import (
    identifier,
    keyed_answer,
    lettered_options,
    optional_text,
    specialty,
    text,
)
from pipeline.core.records import Question


def parse(record: Mapping[str, object], position: int) -> Question:
    """One of your own questions, with 2 to 26 lettered options."""
    options = lettered_options(record, counts=range(2, 27))
    label, answer = keyed_answer(record, options)
    return Question(
        source="house",
        id_in_source=identifier(record, "id"),
        text=text(record, "question"),
        options=options,
        answer_label=label,
        answer_text=answer,
        context=optional_text(record, "context"),
        specialty=specialty(record, "specialty"),
    )


HOUSE = Adapter(name="house", title="Your own questions (JSONL)", parse=parse)
