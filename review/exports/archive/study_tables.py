"""The study: its design, rubric, strata, phases, raters and practice."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from review.exports.archive.contents import Contents, in_blocks
from review.exports.archive.study_fields import FIELD_MEANINGS
from review.exports.archive.tables import ArchiveTable, Field
from review.grading.practice import Feedback, feedback
from review.grading.practice_cases import CASES
from review.grading.rubric import RUBRICS, Choice
from review.models import PracticeGrade
from review.reports.imprint import imprint_of

Row = Sequence[Any]
CASE_OF_NAME = {case.name: case for case in CASES}


def study_rows(contents: Contents) -> Iterator[Row]:
    """What the study is and how its sample was drawn, a field a row, with what it means."""
    for name, value in _study_fields(contents):
        yield name, value, FIELD_MEANINGS[name]


def _study_fields(contents: Contents) -> Iterator[Row]:
    study, facts, design = contents.study, contents.facts, contents.study.design
    yield from ((name.replace(" ", "_"), text) for name, text in imprint_of(facts).items())
    yield "estimand", facts.estimand
    yield "batches", "; ".join(facts.batches)
    yield "grades_per_item", study.overlap
    yield "reliability_share", study.reliability_share
    yield "reliability_grades_per_item", study.reliability_overlap
    yield "repeat_share", study.repeat_share
    yield "repeat_gap", study.repeat_gap
    yield "placebo_items", study.placebo_items
    yield "sampling", design.get("method", "")
    yield "strata_by", "; ".join(design.get("variables", ()))
    yield "allocation", design.get("allocation", "")
    yield "allocation_minimum", design.get("minimum")
    yield "sample_size_asked", design.get("size")
    yield "includes_discarded", bool(design.get("include_discarded", True))
    yield "twins_left_out", study.twins_left_out
    yield "seed", study.seed
    yield "answer_key_hidden", study.hide_answer_key
    yield "others_shown_after_submitting", study.reveal_after_submit
    yield "practice_round", study.practice_round
    yield "routed_by_specialty", study.route_by_specialty
    yield "opened_at", study.created_at
    yield "closed_at", study.closed_at
    yield "learned_score_lacks", facts.learned_score.reason
    yield "learned_score_from", facts.learned_score.graded
    yield "with_comments", contents.with_comments


def strata_rows(contents: Contents) -> Iterator[Row]:
    """Strata in the order of the design."""
    drawn = Counter(item.stratum for item in contents.facts.items)
    means = contents.facts.learned_score.means
    for name, size in contents.facts.strata.items():
        yield name, size, drawn[name], means.get(name)


def phase_rows(contents: Contents) -> Iterator[Row]:
    """What further phases drew, by stratum."""
    for drawn in contents.study.design.get("phases", []):
        for stratum, counts in drawn["strata"].items():
            yield (
                drawn["phase"],
                drawn["where"],
                drawn["grades_behind_score"],
                stratum,
                counts["before"],
                counts["added"],
                counts["size"],
                counts["seed"],
            )


def rubric_rows(contents: Contents) -> Iterator[Row]:
    """Every anchor of the study's rubric."""
    rubric = RUBRICS[contents.study.rubric_version]
    for scale in (
        rubric.cot_precision,
        rubric.cot_coherence,
        rubric.path_precision,
        rubric.path_coherence,
    ):
        for point, anchor in enumerate(scale.anchors, 1):
            yield rubric.version, scale.name, scale.asks, str(point), anchor
    yield from _choices(rubric.version, "step_label", rubric.labels)
    yield from _choices(rubric.version, "safety_flag", rubric.severities)


def _choices(version: str, name: str, choices: Sequence[Choice]) -> Iterator[Row]:
    for choice in choices:
        yield version, name, choice.title, choice.value, choice.means


def rater_rows(contents: Contents) -> Iterator[Row]:
    """The panel, and whoever else has graded, by pseudonym."""
    panel = {rater.pseudonym for rater in contents.facts.panel}
    caps = dict(contents.study.places.values_list("reviewer", "cap"))
    practised = _practised(contents)
    for rater in contents.raters:
        fields = [field for _, field in practised.get(rater.pseudonym, [])]
        cases = {row.pk for row, _ in practised.get(rater.pseudonym, [])}
        yield (
            rater.pseudonym,
            rater.specialty,
            rater.seniority,
            rater.pseudonym in panel,
            caps.get(rater.pk),
            len(cases),
            len(fields),
            sum(field.agrees for field in fields),
        )


def practice_rows(contents: Contents) -> Iterator[Row]:
    """Practice grades, a row for each field of which the answer is known."""
    for rater, answers in sorted(_practised(contents).items()):
        for row, field in answers:
            yield (
                rater,
                row.case,
                row.rubric_version,
                field.field,
                field.entered,
                field.expected,
                field.agrees,
                row.submitted_at,
            )


def _practised(contents: Contents) -> dict[str, list[tuple[PracticeGrade, Feedback]]]:
    """Each rater's practice, field by field; fields whose answer is a choice, never free text."""
    rows = PracticeGrade.objects.filter(study=contents.study).select_related("reviewer")
    answers: dict[str, list[tuple[PracticeGrade, Feedback]]] = {}
    for row in in_blocks(rows):
        case = CASE_OF_NAME.get(row.case)
        of_row = answers.setdefault(row.reviewer.pseudonym, [])
        of_row += [(row, field) for field in feedback(case, row.content)] if case else []
    return answers


STUDY = ArchiveTable(
    "study",
    "one field of the study's design",
    (
        Field("field", "text", "Name of the field."),
        Field("value", "text", "Its value; yes is 1, no is 0; empty: none."),
        Field("meaning", "text", "What the field says."),
    ),
    study_rows,
)
STRATA = ArchiveTable(
    "strata",
    "one stratum of the batch",
    (
        Field("stratum", "text", "Name of the stratum, as in items.csv."),
        Field("traces", "whole number", "Traces of the batch in it.", "traces"),
        Field("sampled", "whole number", "Sampled items in it.", "items"),
        Field(
            "learned_score_mean",
            "number",
            "Mean learned score of all its traces; empty where there is no score.",
            values="0 to 1",
        ),
    ),
    strata_rows,
)
PHASES = ArchiveTable(
    "phases",
    "one stratum in one further phase of the sample; empty for a sample drawn at once",
    (
        Field("phase", "whole number", "Number of the phase.", values="from 2"),
        Field("where", "text", "How chances were set.", values="random, undecided"),
        Field("grades_behind_score", "whole number", "Graded items the score was learned from."),
        Field("stratum", "text", "The stratum."),
        Field("before", "whole number", "Items drawn before.", "items"),
        Field("added", "whole number", "Items drawn by this phase.", "items"),
        Field("traces", "whole number", "Traces of the stratum that are no control.", "traces"),
        Field("seed", "whole number", "Seed of the draw."),
    ),
    phase_rows,
)
RUBRIC = ArchiveTable(
    "rubric",
    "one point of one scale, or one choice, with its written meaning",
    (
        Field("version", "text", "Version of the rubric."),
        Field("scale", "text", "Name of the scale or choice."),
        Field("asks", "text", "What it asks, or the choice's title."),
        Field("point", "text", "The point or the stored value."),
        Field("means", "text", "Its anchor."),
    ),
    rubric_rows,
)
RATERS = ArchiveTable(
    "raters",
    "one rater",
    (
        Field("rater", "text", "Pseudonym."),
        Field("specialty", "text", "As stated now; empty: not stated."),
        Field(
            "seniority",
            "text",
            "As stated now.",
            values="student, resident, specialist, consultant",
        ),
        Field("in_panel", "yes or no", "Still in the study's panel.", values="0, 1"),
        Field("cap", "whole number", "Most items they may grade; empty: no cap.", "items"),
        Field("practice_cases", "whole number", "Practice cases done.", "cases"),
        Field("practice_fields", "whole number", "Fields in them with a known answer."),
        Field("practice_agreed", "whole number", "Of these, answered as expected."),
    ),
    rater_rows,
)
PRACTICE = ArchiveTable(
    "practice",
    "one field of one practice case; practice is never a grade",
    (
        Field("rater", "text", "Pseudonym."),
        Field("case", "text", "Name of the case."),
        Field("rubric_version", "text", "Rubric it was done by."),
        Field("field", "text", "Field of the grading form; paths count from 0."),
        Field("entered", "text", "What the rater entered first."),
        Field("expected", "text", "The known answer."),
        Field("agrees", "yes or no", "Scales: within one point. Else: the same.", values="0, 1"),
        Field("submitted_at", "time", "When.", "UTC"),
    ),
    practice_rows,
)
TABLES = (STUDY, STRATA, PHASES, RUBRIC, RATERS, PRACTICE)
