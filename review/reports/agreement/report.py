"""The agreement report: by criterion, level, source and specialty; each rater; GRRAS."""

from collections.abc import Mapping

from pipeline.statistics.estimate import FEW_RATERS, MIN_RATERS
from review.reports.agreement.breakdowns import by_source_table, by_specialty_table, yes_no_table
from review.reports.agreement.coefficients import (
    TITLES,
    CriterionAgreement,
    criterion_agreement,
    detail_table,
    summary_table,
    weighted_table,
)
from review.reports.agreement.criteria import collect_judgements, study_criteria
from review.reports.agreement.grras import grras_table
from review.reports.agreement.raters import drift_table, pair_tables, panel_table, severity_table
from review.reports.agreement.retest import control_table, retest_by_rater_table, retest_table
from review.reports.document import Headline, Report, Section
from review.reports.facts import Facts

READING = (
    "Raters who agree by chance alone score 0, raters who always agree score 1. Kappa-type and "
    "AC-type coefficients define chance agreement differently, so read them together: where "
    "nearly all ratings fall into one category, kappa-type coefficients can be near 0 although "
    "raters hardly differ, while AC-type coefficients stay high. Neither is the correct one. "
    "That is why the most frequent rating is shown beside them."
)
INTERVALS = (
    "Two intervals answer two questions. Over questions: how would the figure vary over other "
    "questions, graded by the same raters? Over questions and raters: how would it vary over "
    "other raters like these as well?"
)
QUOTE = "The second is wider, and the one to quote for other panels."
FEW = (
    "Only {raters} raters have graded. Quote the first, and say that it is about these {raters} "
    "raters: for other panels it is far too narrow. The second is a t interval with {degrees} "
    "degrees of freedom, since so few raters cannot be resampled. It is shown for its width and "
    "is not the one to quote: it holds if these are a random draw of raters whose severities "
    "differ as usual, and too seldom if they differ more. To speak of other raters takes "
    "{enough} or more."
)
TOO_FEW = (
    "Fewer than three raters have graded. Quote the first, and say that it is about these raters. "
    "There is no interval over raters: how raters differ cannot be told from one difference. To "
    "speak of other raters takes {enough} or more."
)
UNEQUAL = (
    "The items were drawn with unequal chances. Figures of the items as graded say how far raters "
    "agreed on what they were given; figures weighted to the batch say how far they would agree "
    "on all of it. The rest of this report is about the items as graded."
)
COUNTED = (
    "Only independent grades of sampled items count: no grades amended on request or after "
    "others' grades were shown, no control items, no repeats, and no grades of raters who could "
    "not judge the item."
)
PARTS = (
    "The same figures within each source of questions, and among raters of one specialty. Where a "
    "part is small, its interval is marked as not to be trusted.",
)
GRRAS = (
    "The fifteen items that reports of reliability and agreement are asked for, as far as the "
    "study's own records answer them.",
)


def agreement_report(facts: Facts) -> Report:
    """How far the raters of a study agree, with both intervals, as GRRAS asks."""
    judged = {
        criterion: collect_judgements(criterion, facts) for criterion in study_criteria(facts)
    }
    results = [
        criterion_agreement(criterion, of_criterion) for criterion, of_criterion in judged.items()
    ]
    return Report(
        "agreement",
        "Agreement",
        facts.study.name,
        (
            _by_criterion(results),
            *_by_level(results),
            Section(
                "parts",
                "By source and specialty",
                PARTS,
                (by_source_table(judged), by_specialty_table(judged)),
            ),
            Section("yes_and_no", "Yes or no", tables=(yes_no_table(results),)),
            *_raters(facts, {result.criterion.key: result for result in results}),
            Section("grras", "GRRAS", GRRAS, (grras_table(facts),)),
        ),
        headline=_headline(results),
    )


def _headline(results: list[CriterionAgreement]) -> Headline:
    decision = next(result for result in results if result.criterion.key == "decision")
    figure = decision.figures["ac2_quadratic"].over_questions
    return Headline(f"Decision, {TITLES['ac2_quadratic']}", figure, "coefficient")


def _by_criterion(results: list[CriterionAgreement]) -> Section:
    weighted = [weighted_table(results)] if any(result.weighted for result in results) else []
    tables = (summary_table(results, raters=False), *weighted, summary_table(results, raters=True))
    raters = max((len(result.table.raters) for result in results), default=0)
    text = (READING, intervals_text(raters), COUNTED, *([UNEQUAL] if weighted else []))
    return Section("criteria", "By criterion", text, tables)


def intervals_text(raters: int) -> str:
    """Which interval answers what, and which to quote: by how many raters there are."""
    if raters >= FEW_RATERS:
        return f"{INTERVALS} {QUOTE}"
    return f"{INTERVALS} " + (FEW if raters >= MIN_RATERS else TOO_FEW).format(
        raters=raters, degrees=raters - 1, enough=FEW_RATERS
    )


def _raters(facts: Facts, results: Mapping[str, CriterionAgreement]) -> tuple[Section, ...]:
    precision, coherence, decision = (
        results[key] for key in ("precision", "coherence", "decision")
    )
    return (
        Section(
            "raters",
            "Raters side by side",
            tables=(panel_table(facts), *pair_tables(decision), *pair_tables(precision)),
        ),
        Section(
            "severity",
            "Severity and drift",
            tables=(
                severity_table(precision),
                severity_table(coherence),
                drift_table(precision),
                drift_table(coherence),
            ),
        ),
        Section(
            "retest", "Test-retest", tables=(retest_table(facts), retest_by_rater_table(facts))
        ),
        Section("controls", "Control items", tables=(control_table(facts),)),
    )


def _by_level(results: list[CriterionAgreement]) -> list[Section]:
    levels = dict.fromkeys(result.criterion.level for result in results)
    return [
        Section(
            level.replace(" ", "_"),
            f"Level: {level}",
            tables=(
                detail_table(
                    [result for result in results if result.criterion.level == level], level
                ),
            ),
        )
        for level in levels
    ]
