"""Questions published together with reasoning: medical-o1 and the MedReason release."""

from pipeline.core.datasets.base import Adapter, Shape
from pipeline.core.datasets.fields import Record
from pipeline.core.datasets.mapping.field_mapping import FieldMapping, KeyField, OptionFields

# Chen et al. 2024 (HuatuoGPT-o1). The chain of thought is a model's and is left out.
MEDICAL_O1 = Adapter(
    name="medical_o1",
    title="medical-o1 (free text)",
    shapes=(
        Shape(FieldMapping("Question", (KeyField("Response", "text"),))),
        Shape(
            FieldMapping(
                "Open-ended Verifiable Question", (KeyField("Ground-True Answer", "text"),)
            )
        ),
    ),
)

_EXPLANATION = ". Explanation:"
_IDS = ("dataset_name", "id_in_dataset")


def _medreason(record: Record) -> Record:
    """The answer with its explanation apart: "Insulin. Explanation: …" names Insulin."""
    answer = record.get("answer")
    if not isinstance(answer, str):
        return record
    key, _, explanation = answer.partition(_EXPLANATION)
    return {**record, "answer": key, "explanation": explanation}


# Wu et al. 2025: an id is unique only together with the data set that it comes from.
MEDREASON = Adapter(
    name="medreason",
    title="MedReason's release (options or free text)",
    shapes=(
        Shape(
            FieldMapping(
                question="question",
                keys=(KeyField("answer", "text"),),
                options=OptionFields("text", ("options",)),
                long_answer="explanation",
                id=_IDS,
            )
        ),
        Shape(
            FieldMapping(
                "question", (KeyField("answer", "text"),), long_answer="explanation", id=_IDS
            ),
            accepts=lambda record: not record.get("options"),
        ),
    ),
    prepare=_medreason,
)
