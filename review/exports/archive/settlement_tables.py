"""What adjudicators and leads decided: settlements, key rulings, corrected chains of thought."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from pipeline import store
from pipeline.models import Question
from review.exports.archive.contents import Contents, in_blocks
from review.exports.archive.tables import ArchiveTable, Field
from review.models import Adjudication, Correction, KeyRuling

Row = Sequence[Any]


def adjudication_rows(contents: Contents) -> Iterator[Row]:
    """Every adjudication with every revision."""
    for number, row in enumerate(in_blocks(_adjudications(contents)), 1):
        yield (
            number,
            contents.items[row.item_id],
            contents.adjudicators[row.adjudicator_id],
            row.revision,
            row.is_current,
            row.precision,
            row.coherence,
            row.decision,
            row.safety_flag,
            row.answer_key_disputed,
            row.decided_at,
            row.rationale,
        )


def weighed_rows(contents: Contents) -> Iterator[Row]:
    """Which grades each adjudicator saw."""
    rows = _adjudications(contents).prefetch_related("grades")
    for number, row in enumerate(in_blocks(rows), 1):
        for grade in sorted(grade.pk for grade in row.grades.all()):
            yield number, contents.grades[grade]


def settled_step_rows(contents: Contents) -> Iterator[Row]:
    """The labels of steps that were settled too."""
    for number, row in enumerate(in_blocks(_adjudications(contents)), 1):
        for step, label in sorted((int(step), label) for step, label in row.step_labels.items()):
            yield number, step, label


def _adjudications(contents: Contents) -> QuerySet[Adjudication]:
    return Adjudication.objects.filter(item__study=contents.study)


def ruling_rows(contents: Contents) -> Iterator[Row]:
    """Every ruling on the answer key of a question of the study, in whichever study it was due."""
    questions = Question.objects.filter(pk__in=contents.questions)
    for row in in_blocks(KeyRuling.objects.filter(question__in=questions)):
        yield (
            contents.questions[row.question_id],
            row.revision,
            row.is_current,
            row.ruling,
            row.names_right_key,
            row.ruled_at,
            row.reason,
        )


def correction_rows(contents: Contents) -> Iterator[Row]:
    """Approved corrections; what graders proposed is with their step labels."""
    rows = Correction.objects.filter(item__study=contents.study).select_related("item__trace")
    for row in in_blocks(rows):
        cot = store.trace_record(row.item.trace).cot
        original = [step.text for step in cot.steps] if cot else []
        changed = sum(one != other for one, other in zip(original, row.steps, strict=False))
        yield (
            contents.items[row.item_id],
            row.revision,
            row.is_current,
            len(row.steps),
            changed,
            cot is None or cot.conclusion != row.conclusion,
            row.approved_at,
            "\n".join(row.steps),
            row.conclusion,
        )


ADJUDICATION = Field("adjudication", "whole number", "Number of the adjudication.")
ITEM = Field("item", "whole number", "The item.")
REVISION = Field("revision", "whole number", "1 is the first; a later one supersedes it.")
CURRENT = Field("is_current", "yes or no", "The revision that counts.", values="0, 1")
ADJUDICATIONS = ArchiveTable(
    "adjudications",
    "one revision of the settlement of one item",
    (
        ADJUDICATION,
        ITEM,
        Field("adjudicator", "text", "A name within this archive."),
        REVISION,
        CURRENT,
        Field("precision", "whole number", "As settled.", "points", "1 to 5"),
        Field("coherence", "whole number", "As settled.", "points", "1 to 5"),
        Field("decision", "text", "As settled.", values="accept, revise, reject"),
        Field("safety_flag", "text", "As settled; empty: none.", values="mild, moderate, severe"),
        Field("answer_key_disputed", "yes or no", "They doubt the answer key.", values="0, 1"),
        Field("decided_at", "time", "When.", "UTC"),
        Field("rationale", "text", "The adjudicator's words.", is_free_text=True),
    ),
    adjudication_rows,
)
WEIGHED = ArchiveTable(
    "adjudication_grades",
    "one grade that an adjudicator saw; one they did not see can reopen the item",
    (ADJUDICATION, Field("grade", "whole number", "The grade.")),
    weighed_rows,
)
SETTLED_STEPS = ArchiveTable(
    "adjudication_steps",
    "one step's label as settled",
    (
        ADJUDICATION,
        Field("step", "whole number", "Number of the step.", values="from 1"),
        Field(
            "label", "text", "The label.", values="correct, incorrect, unsupported, cannot_judge"
        ),
    ),
    settled_step_rows,
)
RULINGS = ArchiveTable(
    "key_rulings",
    "one revision of a lead's ruling on one question's answer key",
    (
        Field("question", "whole number", "The question."),
        REVISION,
        CURRENT,
        Field("ruling", "text", "The ruling.", values="stands, wrong, withdrawn"),
        Field("names_right_key", "yes or no", "Says which key is right.", values="0, 1"),
        Field("ruled_at", "time", "When; a doubt raised later is open again.", "UTC"),
        Field("reason", "text", "The lead's words.", is_free_text=True),
    ),
    ruling_rows,
)
CORRECTIONS = ArchiveTable(
    "corrections",
    "one revision of an approved corrected chain of thought",
    (
        ITEM,
        REVISION,
        CURRENT,
        Field("steps", "whole number", "Its steps.", "steps"),
        Field("changed_steps", "whole number", "Of these, worded otherwise.", "steps"),
        Field("changed_conclusion", "yes or no", "Conclusion worded otherwise.", values="0, 1"),
        Field("approved_at", "time", "When.", "UTC"),
        Field("step_texts", "text", "The steps, a line each.", is_free_text=True),
        Field("conclusion", "text", "The conclusion.", is_free_text=True),
    ),
    correction_rows,
)
TABLES = (ADJUDICATIONS, WEIGHED, SETTLED_STEPS, RULINGS, CORRECTIONS)
