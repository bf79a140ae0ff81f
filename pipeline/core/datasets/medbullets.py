"""MedBullets (Chen et al. 2024): USMLE step 2 and 3 style, in a four and a five option edition.

The authors' CSV has a column an option; the JSONL edition has an object of options.
"""

from collections.abc import Mapping

from pipeline.core.datasets.base import Adapter
from pipeline.core.datasets.fields import (
    column_options,
    keyed_answer,
    lettered_options,
    optional_text,
    text,
)
from pipeline.core.records import Option, Question

_COLUMNS = ("opa", "opb", "opc", "opd", "ope")


def parse(record: Mapping[str, object], position: int) -> Question:
    """A MedBullets question; its id is its position, its explanation the long answer."""
    options = _options(record)
    label, answer = keyed_answer(record, options)
    return Question(
        source="medbullets",
        id_in_source=str(position),
        text=text(record, "question"),
        options=options,
        answer_label=label,
        answer_text=answer,
        long_answer=optional_text(record, "explanation"),
    )


def _options(record: Mapping[str, object]) -> tuple[Option, ...]:
    if "opa" not in record:
        return lettered_options(record, counts=(4, 5))
    columns = _COLUMNS if optional_text(record, "ope") else _COLUMNS[:4]
    return column_options(record, columns, counts=(4, 5))


MEDBULLETS = Adapter(
    name="medbullets", title="MedBullets (4 or 5 options)", parse=parse, gives_ids=False
)
