"""Grades with every revision, and what belongs to a grade: step labels, paths, send-backs."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from review.exports.archive.contents import Contents, in_blocks
from review.exports.archive.tables import ArchiveTable, Field
from review.models import Decline, Grade, PathGrade, Reveal, SendBack, StepLabel

Row = Sequence[Any]


def grade_rows(contents: Contents) -> Iterator[Row]:
    """Every grade with every revision. Drafts are no grades."""
    earlier = SendBack.objects.filter(
        grade__item=OuterRef("item"),
        grade__reviewer=OuterRef("reviewer"),
        grade__revision__lt=OuterRef("revision"),
    )
    rows = contents.grade_rows().select_related("reviewer").annotate(prompted=Exists(earlier))
    for row in in_blocks(rows):
        yield (
            contents.grades[row.pk],
            contents.items[row.item_id],
            row.reviewer.pseudonym,
            row.revision,
            row.is_current,
            row.after_reveal,
            _why_amended(row),
            row.rubric_version,
            row.cot_precision,
            row.cot_coherence,
            row.blind_coherence,
            row.decision,
            row.first_incorrect_step,
            row.safety_flag,
            row.answer_key_disputed,
            row.cannot_judge,
            row.active_seconds,
            row.wall_seconds,
            row.study_position,
            row.session_position,
            row.submitted_at,
            row.amend_reason,
            row.comment,
        )


def _why_amended(row: Grade) -> str:
    """The class of an amendment's reason; the reason itself is free text."""
    if row.revision == 1:
        return ""
    if row.after_reveal:
        return "after reveal"
    return "sent back" if row.prompted else "own accord"  # type: ignore[attr-defined]


def step_rows(contents: Contents) -> Iterator[Row]:
    """The labels of each grade, in the order of grades and steps."""
    rows = StepLabel.objects.filter(grade__in=contents.grade_rows())
    for row in rows.order_by("grade", "step").iterator(2000):
        yield (
            contents.grades[row.grade_id],
            row.step,
            row.label,
            bool(row.correction),
            row.correction,
        )


def path_rows(contents: Contents) -> Iterator[Row]:
    """The path grades of each grade."""
    rows = PathGrade.objects.filter(grade__in=contents.grade_rows())
    for row in rows.order_by("grade", "path").iterator(2000):
        invalid = " ".join(map(str, sorted(row.invalid_edges)))
        yield contents.grades[row.grade_id], row.path, row.precision, row.coherence, invalid


def edge_rows(contents: Contents) -> Iterator[Row]:
    """The edges of every path that was graded."""
    for (trace, path), edges in sorted(contents.facts.edges.items()):
        for number, edge in enumerate(edges):
            yield trace, path, number, edge.relation, edge.negative


def sendback_rows(contents: Contents) -> Iterator[Row]:
    """Requests to look at a grade again, and what came of them."""
    for number, row in enumerate(in_blocks(_sendbacks(contents)), 1):
        yield (
            number,
            contents.grades[row.grade_id],
            row.asked_at,
            _outcome(row),
            row.closed_at,
            row.comment,
            row.reply,
        )


def _sendbacks(contents: Contents) -> QuerySet[SendBack]:
    later = Grade.objects.filter(
        item=OuterRef("grade__item"),
        reviewer=OuterRef("grade__reviewer"),
        revision__gt=OuterRef("grade__revision"),
    )
    rows = SendBack.objects.filter(grade__in=contents.grade_rows())
    return rows.annotate(amended=Exists(later))


def _outcome(row: SendBack) -> str:
    if row.reply:
        return "replied"
    if row.amended:  # type: ignore[attr-defined]
        return "amended"
    return "closed by a settlement" if row.closed_at else "not answered"


def decline_rows(contents: Contents) -> Iterator[Row]:
    """Items that raters did not want."""
    rows = Decline.objects.filter(item__study=contents.study).select_related("reviewer")
    for row in in_blocks(rows):
        yield contents.items[row.item_id], row.reviewer.pseudonym, row.declined_at, row.reason


def reveal_rows(contents: Contents) -> Iterator[Row]:
    """When a rater was shown the verdict, and others' grades."""
    rows = Reveal.objects.filter(item__study=contents.study).select_related("reviewer")
    for row in in_blocks(rows):
        yield contents.items[row.item_id], row.reviewer.pseudonym, row.verdict_at, row.peers_at


GRADE = Field("grade", "whole number", "Number of the grade (a revision) in this archive.")
ITEM = Field("item", "whole number", "The item.")
RATER = Field("rater", "text", "Pseudonym.")
POINTS = ("points", "1 to 5")
GRADES = ArchiveTable(
    "grades",
    "one revision of one rater's grade of one item",
    (
        GRADE,
        ITEM,
        RATER,
        Field("revision", "whole number", "1 is the first; a later one is an amendment."),
        Field("is_current", "yes or no", "The revision that counts.", values="0, 1"),
        Field(
            "after_reveal",
            "yes or no",
            "Made with the verdict or other grades in sight: in no statistic but as a warning.",
            values="0, 1",
        ),
        Field(
            "amended",
            "text",
            "Why there is this revision; empty for the first.",
            values="own accord, sent back, after reveal",
        ),
        Field("rubric_version", "text", "Rubric it was given by."),
        Field("precision", "whole number", "Of the CoT; empty: cannot judge.", *POINTS),
        Field("coherence", "whole number", "Of the CoT; empty: cannot judge.", *POINTS),
        Field(
            "blind_coherence",
            "whole number",
            "Coherence before a hidden answer key was shown; empty where none was hidden.",
            *POINTS,
        ),
        Field("decision", "text", "Decision.", values="accept, revise, reject"),
        Field(
            "first_incorrect_step",
            "whole number",
            "Number of the step; 0: none is incorrect; empty: steps were not labelled.",
        ),
        Field("safety_flag", "text", "Empty: none.", values="mild, moderate, severe"),
        Field("answer_key_disputed", "yes or no", "They doubt the answer key.", values="0, 1"),
        Field(
            "cannot_judge",
            "text",
            "Why the rater could not judge; empty: they could.",
            values="outside_specialty, context_missing, question_faulty",
        ),
        Field("active_seconds", "whole number", "Time with the page in use.", "seconds"),
        Field("wall_seconds", "whole number", "Time from being given the item.", "seconds"),
        Field("study_position", "whole number", "Which of the rater's items in the study."),
        Field("session_position", "whole number", "Which since the rater's last long pause."),
        Field("submitted_at", "time", "When.", "UTC"),
        Field("amend_reason", "text", "The rater's words.", is_free_text=True),
        Field("comment", "text", "The rater's words.", is_free_text=True),
    ),
    grade_rows,
)
STEPS = ArchiveTable(
    "step_labels",
    "one grade's label of one step",
    (
        GRADE,
        Field("step", "whole number", "Number of the step.", values="from 1"),
        Field(
            "label", "text", "The label.", values="correct, incorrect, unsupported, cannot_judge"
        ),
        Field("has_correction", "yes or no", "The rater wrote how it should read.", values="0, 1"),
        Field("correction", "text", "The rater's wording, not approved.", is_free_text=True),
    ),
    step_rows,
)
PATHS = ArchiveTable(
    "path_grades",
    "one grade's judgement of one path",
    (
        GRADE,
        Field("path", "whole number", "Position of the path in the trace.", values="from 0"),
        Field("precision", "whole number", "Of the path.", *POINTS),
        Field("coherence", "whole number", "Of the path.", *POINTS),
        Field("invalid_edges", "text", "Positions of edges marked invalid, parted by blanks."),
    ),
    path_rows,
)
EDGES = ArchiveTable(
    "path_edges",
    "one edge of one path that was graded",
    (
        Field("trace", "text", "Key of the trace."),
        Field("path", "whole number", "Position of the path in the trace.", values="from 0"),
        Field("edge", "whole number", "Position of the edge in the path.", values="from 0"),
        Field("relation", "text", "Its relation in the graph."),
        Field("negative", "yes or no", "It speaks against, not for.", values="0, 1"),
    ),
    edge_rows,
)
SENDBACKS = ArchiveTable(
    "sendbacks",
    "one request to look at a grade again; agreement rests on grades before the first",
    (
        Field("sendback", "whole number", "Number of the request."),
        GRADE,
        Field("asked_at", "time", "When it was asked.", "UTC"),
        Field(
            "outcome",
            "text",
            "What came of it.",
            values="amended, replied, closed by a settlement, not answered",
        ),
        Field("closed_at", "time", "When it was closed; empty: not, or by an amendment.", "UTC"),
        Field("comment", "text", "What was asked.", is_free_text=True),
        Field("reply", "text", "Why the grade stands.", is_free_text=True),
    ),
    sendback_rows,
)
DECLINES = ArchiveTable(
    "declines",
    "one rater's refusal of one item",
    (
        ITEM,
        RATER,
        Field("declined_at", "time", "When.", "UTC"),
        Field("reason", "text", "The rater's words.", is_free_text=True),
    ),
    decline_rows,
)
REVEALS = ArchiveTable(
    "reveals",
    "the moment at which a rater's blind grade of an item was frozen",
    (
        ITEM,
        RATER,
        Field("verdict_at", "time", "When the verdict was shown.", "UTC"),
        Field("peers_at", "time", "When others' grades were shown; empty: they were not.", "UTC"),
    ),
    reveal_rows,
)
TABLES = (GRADES, STEPS, PATHS, EDGES, SENDBACKS, DECLINES, REVEALS)
