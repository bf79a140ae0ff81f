"""GRRAS: the 15 items of the reporting guideline, filled from the study's own records.

Source: Kottner et al. (2011), Guidelines for Reporting Reliability and Agreement Studies (GRRAS)
were proposed, Journal of Clinical Epidemiology 64:96-106. What the records do not hold is
reported as not recorded.
"""

from collections import Counter
from collections.abc import Callable, Iterable

from pipeline.core.records import ReasonerKind
from pipeline.statistics.estimate import FEW_RATERS, MIN_RATERS
from review.grading.rubric import RUBRICS
from review.reports.document import Column, Table
from review.reports.facts import Facts

NOT_RECORDED = "Not recorded in the study: for the authors to write."
Fill = Callable[[Facts], str]


def grras_table(facts: Facts) -> Table:
    """Each item of the guideline beside what the study's records say of it."""
    rows = [(number, part, asks, fill(facts)) for number, (part, asks, fill) in enumerate(ITEMS, 1)]
    return Table(
        "grras",
        "GRRAS: guidelines for reporting reliability and agreement studies",
        (
            Column("item", "Item"),
            Column("part", "Part"),
            Column("asks", "What the guideline asks"),
            Column("answer", "What this study's records say"),
        ),
        tuple(rows),
    )


def _instrument(facts: Facts) -> str:
    rubric = RUBRICS[facts.study.rubric_version]
    more = [
        text
        for text, is_asked in (
            ("step labels", rubric.labels),
            ("a safety flag of three severities", rubric.severities),
        )
        if is_asked
    ]
    scales = "Five-point scales of precision and coherence for the chain of thought and for each "
    also = f"; {' and '.join(more)}" if more else ""
    return (
        f"The MedReason Web rubric, version {rubric.version}. {scales}cited knowledge-graph path, "
        f"each point with a written anchor; a decision (reject, revise, accept){also}."
    )


def _subjects(facts: Facts) -> str:
    kind = _writers(facts)
    sources = _listed(Counter(item.source for item in facts.items))
    return (
        f"Chains of thought for clinical questions, written by {kind} "
        f"({_plural(len(facts.batches), 'batch', 'batches')}). Sampled items by source: {sources}."
    )


def _writers(facts: Facts) -> str:
    """Who wrote the chains of thought; of imported ones the files' authors did."""
    if facts.study.is_demonstration:
        return "a rule-based demonstration"
    if facts.study.reasoner_kind == ReasonerKind.IMPORTED:
        return "others, whose files were imported"
    more = ", or others whose files were imported" if facts.has_imported else ""
    return f"a language model{more}"


def _rater_population(facts: Facts) -> str:
    return (
        f"Reviewers assigned to the study. {_panel(facts)} The population they represent is not "
        "recorded."
    )


def _sample_size(facts: Facts) -> str:
    size = facts.study.design.get("size")
    request = "every trace with a chain of thought" if size is None else f"{size:,} items"
    return (
        f"The lead asked for {request} and {facts.study.overlap} grades an item"
        f"{_reliability(facts)}. The reason for these numbers is not recorded."
    )


def _reliability(facts: Facts) -> str:
    study = facts.study
    if not study.reliability_overlap:
        return ""
    share = f"{study.reliability_share:.0%}"
    return f", {study.reliability_overlap} in a random reliability subset of {share}"


def _sampling(facts: Facts) -> str:
    method = facts.study.design.get("method", "not recorded")
    kept = facts.study.design.get("include_discarded", True)
    scope = "kept and discarded traces" if kept else "kept traces only"
    return (
        f"{method.capitalize()}, of {scope}; {len(facts.items):,} of "
        f"{sum(facts.strata.values()):,} traces in "
        f"{_plural(len(facts.strata), 'stratum', 'strata')}, each trace with its recorded "
        "inclusion probability. Raters: chosen by the lead."
    )


def _process(facts: Facts) -> str:
    study = facts.study
    options = (
        "answer key hidden until coherence is graded"
        if study.hide_answer_key
        else "answer key shown",
        "others' grades shown after submitting"
        if study.reveal_after_submit
        else "nothing revealed",
        "a practice round first" if study.practice_round else "no practice round",
        f"repeats at least {study.repeat_gap} items after the first grading"
        if study.repeat_share
        else "no repeats",
    )
    return (
        "On screen, one item at a time, in a random order that differs between raters. Raters are "
        "blind to others' grades, to the automatic verdict, to the model's name, and to which "
        f"items are control items or repeats. {_sentence(options)}"
    )


def _independence(facts: Facts) -> str:
    later = sum(
        grade.pk not in {independent.pk for independent in item.independent}
        for item in facts.items
        for grade in item.grades
    )
    return (
        "Yes: no rater saw another's grade before submitting. "
        f"{_plural(later, 'grade', 'grades')} amended on request or later excluded from agreement."
    )


def _statistics(facts: Facts) -> str:
    return (
        "Percent agreement, Krippendorff's alpha (ordinal; nominal for names; interval for "
        "scales), Fleiss's kappa (quadratic weights; identity weights for names), Gwet's AC2 "
        "(quadratic weights) and AC1 (identity weights, for names), ICC, Cohen's kappa (quadratic "
        "weights) by pair, positive and negative agreement. 95 % percentile bootstrap over "
        f"questions; {_over_raters(facts)}; Wilson for shares. Formulas and sources: "
        "docs/statistics.md."
    )


def _over_raters(facts: Facts) -> str:
    raters = len({grade.rater for item in facts.items for grade in item.independent})
    if raters >= FEW_RATERS:
        return "over questions and raters as well"
    if raters >= MIN_RATERS:
        return (
            f"over questions and raters, of which there are only {raters}, a t interval with "
            f"{raters - 1} degrees of freedom and the jackknife's variance between raters"
        )
    return "none over raters, since there are fewer than three"


def _numbers(facts: Facts) -> str:
    grades = [grade for item in facts.items for grade in item.independent]
    rated = sum(bool(item.independent) for item in facts.items)
    rated_twice = sum(len(item.independent) > 1 for item in facts.items)
    repeats = sum(len(item.independent) for item in facts.repeats)
    controls = sum(len(item.independent) for item in facts.controls)
    return (
        f"{_plural(len({grade.rater for grade in grades}), 'rater', 'raters')}; {rated:,} sampled "
        f"items rated, {rated_twice:,} of them by two or more; {len(grades):,} grades, "
        f"{sum(grade.rating is None for grade in grades):,} of them could not judge; "
        f"{repeats:,} repeats and {controls:,} control "
        f"grades apart from these.{_placebos(facts)}"
    )


def _placebos(facts: Facts) -> str:
    grades = sum(len(item.independent) for item in facts.placebos)
    if not facts.study.placebo_items:
        return ""
    return (
        f" {grades:,} grades of placebo items, which argue for a wrong option, are apart too: "
        "raters knew that there were some, and not which."
    )


def _characteristics(facts: Facts) -> str:
    practised = "with" if facts.study.practice_round else "without"
    return f"{_panel(facts)} Trained with the written guidelines, {practised} a practice round."


def _panel(facts: Facts) -> str:
    specialties = _listed(Counter(rater.specialty or "not stated" for rater in facts.panel))
    seniority = _listed(Counter(rater.seniority or "not stated" for rater in facts.panel))
    count = _plural(len(facts.panel), "rater", "raters")
    return f"{count}. Specialty: {specialties}. Seniority: {seniority}."


def _here(where: str) -> Fill:
    return lambda _facts: where


def _listed(counted: Counter[str]) -> str:
    return ", ".join(f"{name} {times:,}" for name, times in sorted(counted.items())) or "none"


def _sentence(parts: Iterable[str]) -> str:
    return f"{', '.join(parts)}.".capitalize()


def _plural(count: int, singular: str, plural: str) -> str:
    return f"{count:,} {singular if count == 1 else plural}"


ITEMS: tuple[tuple[str, str, Fill], ...] = (
    (
        "Title",
        "Say in the title or abstract that reliability or agreement was studied.",
        _here(NOT_RECORDED),
    ),
    ("Introduction", "Name and describe the instrument.", _instrument),
    ("Introduction", "Specify the subject population.", _subjects),
    ("Introduction", "Specify the rater population.", _rater_population),
    ("Introduction", "Describe what is known already, and why this study.", _here(NOT_RECORDED)),
    ("Methods", "Explain the sample size: raters, subjects, replicates.", _sample_size),
    ("Methods", "Describe the sampling method.", _sampling),
    ("Methods", "Describe the rating process: intervals, information at hand, blinding.", _process),
    ("Methods", "State whether ratings were independent.", _independence),
    ("Methods", "Describe the statistical analysis.", _statistics),
    ("Results", "State how many raters, subjects and replicates there were.", _numbers),
    ("Results", "Describe raters (training, experience) and subjects.", _characteristics),
    (
        "Results",
        "Report estimates with their uncertainty.",
        _here("In the sections of this report."),
    ),
    ("Discussion", "Discuss the practical relevance.", _here(NOT_RECORDED)),
    ("Auxiliary material", "Give detailed results.", _here("This report's CSV and JSON files.")),
)
