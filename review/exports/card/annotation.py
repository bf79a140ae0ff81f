"""The card's sections on grading: who graded what, by which rubric."""

from collections.abc import Iterator, Mapping
from typing import Any

from review.exports.card.markdown import bullets, counts, escape, paragraphs, table
from review.grading.rubric import RUBRICS, Rubric, Scale

PROCEDURE = (
    "Each item is a chain of thought with its question, its answer key and the graph's paths. "
    "Raters work alone and see neither the verdict of the filters, nor the model's name, nor "
    "other raters' grades. They label steps, grade each cited path and the chain as a whole, and "
    "decide: accept, revise or reject. Items on which grades disagree, and every safety flag, "
    "are settled by an adjudicator, who overwrites no grade."
)


def annotation_text(studies: list[Mapping[str, Any]]) -> str:
    """How the studies graded; says so where there is none."""
    if not studies:
        return "No clinician graded these rows: the release has no study as its evidence."
    versions = sorted({study["rubric_version"] for study in studies})
    return paragraphs(
        (
            PROCEDURE,
            table(("study", "sampled", "graded", "grades", "raters", "rubric"), _rows(studies)),
            *(_raters(study) for study in studies),
            *(_rubric_text(RUBRICS[version]) for version in versions if version in RUBRICS),
        )
    )


def _rows(studies: list[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    for study in studies:
        numbers = (f"{study[key]:,}" for key in ("items", "graded", "grades", "raters"))
        yield study["name"], *numbers, study["rubric_version"]


def _raters(study: Mapping[str, Any]) -> str:
    groups = (study["rater_specialties"], study["rater_seniorities"])
    if not any(groups):
        return ""
    said = "; by seniority: ".join(counts(group) for group in groups)
    return f"Raters of {escape(study['name'])}, by specialty: {said}."


def _rubric_text(rubric: Rubric) -> str:
    scales = (
        ("chain", rubric.cot_precision),
        ("chain", rubric.cot_coherence),
        ("path", rubric.path_precision),
        ("path", rubric.path_coherence),
    )
    labels = bullets(f"*{label.title}*: {label.means}." for label in rubric.labels)
    harms = bullets(f"*{harm.title}*: {harm.means}." for harm in rubric.severities)
    return paragraphs(
        (
            f"### Rubric, version {rubric.version}",
            table(("of the", "scale", "asks", "1", "2", "3", "4", "5"), map(_scale, scales)),
            f"Labels of a step:\n\n{labels}" if labels else "",
            f"Severities of a safety flag:\n\n{harms}" if harms else "",
        )
    )


def _scale(of: tuple[str, Scale]) -> tuple[str, ...]:
    unit, scale = of
    return unit, scale.title, scale.asks, *scale.anchors
