"""MedQA (Jin et al. 2021): USMLE questions with four or five options, JSONL without ids."""

from collections.abc import Mapping

from pipeline.core.datasets.base import Adapter
from pipeline.core.datasets.fields import keyed_answer, lettered_options, text
from pipeline.core.records import Question


def parse(record: Mapping[str, object], position: int) -> Question:
    """A MedQA question; its id is the line number from 0, as in the published test set."""
    options = lettered_options(record, counts=(4, 5))
    label, answer = keyed_answer(record, options)
    return Question(
        source="medqa",
        id_in_source=str(position),
        text=text(record, "question"),
        options=options,
        answer_label=label,
        answer_text=answer,
    )


MEDQA = Adapter(name="medqa", title="MedQA (USMLE, 4 or 5 options)", parse=parse, gives_ids=False)
