"""Examinations: MedQA, MedMCQA, MedBullets, MMLU's medical subjects and MMLU-Pro."""

from pipeline.core.datasets.base import Adapter, Shape
from pipeline.core.datasets.fields import Record
from pipeline.core.datasets.mapping.field_mapping import FieldMapping, KeyField, OptionFields

LETTER_AND_TEXT = (KeyField("answer_idx", "letter"), KeyField("answer", "text"))
_FOUR_OR_FIVE = OptionFields("object", ("options",), fewest=4, most=5)
_FOUR = OptionFields("list", ("choices",), fewest=4, most=4)

# Jin et al. 2021; the id is the line from 0, as in the published test set.
MEDQA = Adapter(
    name="medqa",
    title="MedQA (USMLE, 4 or 5 options)",
    shapes=(Shape(FieldMapping("question", LETTER_AND_TEXT, _FOUR_OR_FIVE)),),
)

# Pal et al. 2022. The published files count cop from 0, the authors' own files from 1.
MEDMCQA = Adapter(
    name="medmcqa",
    title="MedMCQA (4 options, key as a number)",
    shapes=(
        Shape(
            FieldMapping(
                question="question",
                keys=(KeyField("cop", "number"),),
                options=OptionFields("columns", ("opa", "opb", "opc", "opd"), fewest=4, most=4),
                long_answer="exp",
                id=("id",),
                specialty="subject_name",
                topic="topic_name",
                question_type="choice_type",
            )
        ),
    ),
)

_BULLETS_COLUMNS = OptionFields("columns", ("opa", "opb", "opc", "opd", "ope"), fewest=4, most=5)


def _bullets(options: OptionFields, keys: tuple[KeyField, ...]) -> FieldMapping:
    return FieldMapping("question", keys, options, long_answer="explanation")


# Chen et al. 2024: the authors' CSV and JSON have a column an option, later editions an object,
# one of them with the letter alone in `answer`.
MEDBULLETS = Adapter(
    name="medbullets",
    title="MedBullets (4 or 5 options)",
    shapes=(
        Shape(_bullets(_BULLETS_COLUMNS, LETTER_AND_TEXT)),
        Shape(_bullets(_FOUR_OR_FIVE, LETTER_AND_TEXT)),
        Shape(
            _bullets(_FOUR_OR_FIVE, (KeyField("answer", "letter"),)),
            accepts=lambda record: "answer_idx" not in record,
        ),
    ),
)


def _is_letter(record: Record) -> bool:
    answer = record.get("answer")
    return isinstance(answer, str) and answer.strip().isalpha()


def _mmlu(question: str, key: KeyField) -> FieldMapping:
    return FieldMapping(question, (key,), _FOUR, specialty="subject")


# Hendrycks et al. 2021: as AIST publishes the medical subjects, with a small letter; with a
# letter; and with a number, as in the published edition.
MMLU = Adapter(
    name="mmlu",
    title="MMLU, medical subjects (4 options)",
    shapes=(
        Shape(_mmlu("problem_text", KeyField("answer", "small letter"))),
        Shape(_mmlu("question", KeyField("answer", "letter")), accepts=_is_letter),
        Shape(_mmlu("question", KeyField("answer", "number"))),
    ),
)

# Wang et al. 2024. Letter and number must agree; cot_content is an example for models to
# follow, not an explanation of the answer, and is left out.
MMLU_PRO = Adapter(
    name="mmlu_pro",
    title="MMLU-Pro (up to 10 options)",
    shapes=(
        Shape(
            FieldMapping(
                question="question",
                keys=(KeyField("answer", "letter"), KeyField("answer_index", "number", 0)),
                options=OptionFields("list", ("options",)),
                id=("question_id",),
                specialty="category",
            )
        ),
    ),
)
