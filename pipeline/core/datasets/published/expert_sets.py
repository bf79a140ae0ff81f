"""Questions by experts with many options: MedXpertQA and Humanity's Last Exam (HLE)."""

from pipeline.core.datasets.base import Adapter, Shape
from pipeline.core.datasets.fields import InvalidRecord, Record
from pipeline.core.datasets.mapping.field_mapping import FieldMapping, KeyField, OptionFields


def _without_images(record: Record) -> Record:
    """Questions about a picture cannot be asked in words."""
    if record.get("image") or record.get("images"):
        raise InvalidRecord("The question needs its image, and images are not read.")
    return record


# Zuo et al. 2025: text questions with ten options; the original repeats them in the question.
MEDXPERTQA = Adapter(
    name="medxpertqa",
    title="MedXpertQA (text, up to 10 options)",
    shapes=(
        Shape(
            FieldMapping(
                question="question",
                keys=(KeyField("label", "letter"),),
                options=OptionFields("object", ("options",)),
                id=("id",),
                specialty="body_system",
                topic="medical_task",
                question_type="question_type",
                options_repeated=True,
            )
        ),
    ),
    prepare=_without_images,
)


def _hle(record: Record) -> Record:
    """The medical subset numbers its questions in `idx`, the original names them in `id`."""
    numbered = "idx" in record and "id" not in record
    return _without_images({**record, "id": record["idx"]} if numbered else record)


def _lists_options(record: Record) -> bool:
    return record.get("answer_type") == "multipleChoice" and not record.get("options")


def _asks_freely(record: Record) -> bool:
    return record.get("answer_type") == "exactMatch" and not record.get("options")


HLE = Adapter(
    name="hle",
    title="Humanity's Last Exam (options or free text)",
    shapes=(
        Shape(
            FieldMapping(
                question="question",
                keys=(KeyField("answer_idx", "letter"), KeyField("answer", "letter and text")),
                options=OptionFields("object", ("options",)),
                long_answer="rationale",
                id=("id",),
                specialty="raw_subject",
            )
        ),
        Shape(
            FieldMapping(
                question="question",
                keys=(KeyField("answer", "letter"),),
                options=OptionFields("text", ("question",)),
                long_answer="rationale",
                id=("id",),
                specialty="raw_subject",
                options_repeated=True,
            ),
            accepts=_lists_options,
        ),
        Shape(
            FieldMapping(
                question="question",
                keys=(KeyField("answer", "text"),),
                long_answer="rationale",
                id=("id",),
                specialty="raw_subject",
            ),
            accepts=_asks_freely,
        ),
    ),
    prepare=_hle,
)
