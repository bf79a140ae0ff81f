"""The quality report: the panel's consensus on the batch, and the raters' answers."""

from review.grading.rubric import RUBRICS
from review.reports.assisted import estimators_table
from review.reports.document import Headline, Report, Section, Table
from review.reports.facts import Facts
from review.reports.quality.acceptable import (
    VARIABLES,
    other_raters_table,
    part_table,
    response_table,
    whole_table,
)
from review.reports.quality.distributions import (
    cannot_judge_table,
    decisions_table,
    edges_table,
    first_error_table,
    safety_table,
    scales_table,
    steps_table,
)
from review.reports.shares import WeightedSample, joined_strata_caution, weighted_sample

KEPT_ONLY = (
    "The sample was drawn from kept traces only: nothing here is about traces that the automatic "
    "filters discarded."
)
ACCEPTABLE = (
    "A trace is acceptable when the consensus of its grades, or the adjudication, is to accept. "
    "Traces that failed have no chain of thought, are never graded, and are in no figure here.",
    "Each share is weighted to the batch by the recorded inclusion probabilities. The two columns "
    "beside it are what it would be if none, or all, of the items that are unanswered or still "
    "wait were acceptable. Beside a preliminary figure stands what it may become by the waiting "
    "items alone.",
)


def quality_report(facts: Facts) -> Report:
    """How good the panel finds the batch."""
    sample = weighted_sample(facts, lambda item: item.acceptable)
    return Report(
        "quality",
        "Quality",
        facts.study.name,
        (
            Section(
                "acceptable", "Share acceptable", ACCEPTABLE, _acceptable_tables(facts, sample)
            ),
            Section(
                "parts",
                "Parts of the batch",
                tables=tuple(part_table(sample, variable) for variable in VARIABLES),
            ),
            Section("grades", "Grades", tables=(scales_table(facts), decisions_table(facts))),
            *_rubric_sections(facts),
            Section("edges", "Edges of graded paths", tables=(edges_table(facts),)),
            Section("unjudged", "Not judged", tables=(cannot_judge_table(facts),)),
        ),
        facts.estimand,
        (*joined_strata_caution(sample), *(() if _includes_discarded(facts) else (KEPT_ONLY,))),
        Headline("Share acceptable", sample.share(), "share"),
        facts.preliminary,
    )


def _acceptable_tables(facts: Facts, sample: WeightedSample) -> tuple[Table, ...]:
    return (
        whole_table(sample),
        estimators_table(facts),
        response_table(facts),
        other_raters_table(facts, sample),
    )


def _rubric_sections(facts: Facts) -> tuple[Section, ...]:
    """What only some rubrics ask for: labels of steps, safety flags."""
    rubric = RUBRICS[facts.study.rubric_version]
    steps = Section("steps", "Steps", tables=(steps_table(facts), first_error_table(facts)))
    safety = Section("safety", "Safety", tables=(safety_table(facts),))
    return (*((steps,) if rubric.labels else ()), *((safety,) if rubric.severities else ()))


def _includes_discarded(facts: Facts) -> bool:
    return bool(facts.study.design.get("include_discarded", True))
