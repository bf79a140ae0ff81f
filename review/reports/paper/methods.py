"""Methods: instrument, subjects, raters, sample, rating process, independence, statistics."""

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np

from pipeline.core.records import ReasonerKind
from pipeline.software import software_version
from pipeline.statistics.estimate import FEW_RATERS, MIN_RATERS
from review.grading.rubric import RUBRICS
from review.reports.facts import Facts
from review.reports.paper.words import Figures, Paragraph, listed


def methods(facts: Facts, figures: Figures) -> Iterator[Paragraph]:
    """Items 2 to 4 and 6 to 10 of the guideline."""
    yield Paragraph(2, "Instrument", tuple(_instrument(facts)))
    yield Paragraph(3, "Material", tuple(_material(facts, figures)))
    yield Paragraph(4, "Raters", tuple(_raters(facts, figures)))
    yield Paragraph(6, "Sample size", tuple(_size(facts, figures)))
    yield Paragraph(7, "Sampling", tuple(_sampling(facts, figures)))
    yield Paragraph(8, "Rating process", tuple(_process(facts, figures)))
    yield Paragraph(9, "Independence and adjudication", tuple(_independence(facts, figures)))
    yield Paragraph(10, "Statistical analysis", tuple(_analysis(facts, figures)))


def rater_count(facts: Facts) -> int:
    """Raters whose independent grades count for agreement."""
    return len({grade.rater for item in facts.items for grade in item.independent})


def _instrument(facts: Facts) -> Iterator[str]:
    rubric = RUBRICS[facts.study.rubric_version]
    yield (
        f"Chains of thought were graded with the MedReason Web rubric, version {rubric.version}. "
        "Precision and coherence of the chain of thought, and of each knowledge-graph path that "
        "it cites, are rated on five-point scales with a written anchor for each point. The "
        "overall decision is to reject, to revise or to accept."
    )
    if rubric.labels:
        yield "Each reasoning step is labelled as well."
    if rubric.severities:
        yield "Raters can flag a safety risk as mild, moderate or severe."


def _material(facts: Facts, figures: Figures) -> Iterator[str]:
    kind = {
        "demonstration": "by a rule-based demonstration, not by a language model",
        "language_model": "by a language model",
        "imported": "elsewhere and imported",
    }.get(facts.study.reasoner_kind, f"by a reasoner of the kind {facts.study.reasoner_kind}")
    if facts.has_imported and facts.study.reasoner_kind != ReasonerKind.IMPORTED:
        kind += ", or elsewhere and imported"
    yield f"The chains of thought answer clinical questions and were written {kind}."
    if facts.batches:
        number = figures.count("batches", len(facts.batches), "batch", "batches")
        yield f"They come from {number} ({listed(list(facts.batches))})."
    sources = counted(figures, "sampled items", (item.source for item in facts.items))
    if sources:
        yield f"Sampled items by source of the question: {sources}."


def _raters(facts: Facts, figures: Figures) -> Iterator[str]:
    panel = facts.panel
    if not panel:
        yield "No reviewers are recorded for the study."
        return
    yield f"The panel had {figures.count('panel', len(panel), 'member')}."
    specialties = counted(figures, "specialty", (one.specialty or "not stated" for one in panel))
    seniorities = counted(figures, "seniority", (one.seniority or "not stated" for one in panel))
    yield f"Specialty: {specialties}. Seniority: {seniorities}."


def _size(facts: Facts, figures: Figures) -> Iterator[str]:
    study = facts.study
    size = study.design.get("size")
    wanted = (
        "Every trace with a chain of thought was to be graded"
        if size is None
        else f"{figures.number('items asked for', size)} items were to be graded"
    )
    yield f"{wanted}, each by {figures.count('overlap', study.overlap, 'rater')}."
    if study.reliability_overlap:
        share = figures.number("reliability subset", study.reliability_share, "share")
        each = figures.number("reliability overlap", study.reliability_overlap)
        yield f"A random reliability subset of {share} of the items was to get {each} grades each."


def _sampling(facts: Facts, figures: Figures) -> Iterator[str]:
    design, population = facts.study.design, sum(facts.strata.values())
    scope = (
        "Kept and discarded traces"
        if design.get("include_discarded", True)
        else "Only traces that the automatic filters kept"
    )
    drawn = figures.number("items drawn", len(facts.items))
    strata = figures.count("strata", len(facts.strata), "stratum", "strata")
    yield (
        f"{scope} were eligible. {drawn} of {figures.number('population', population)} eligible "
        f"traces were drawn, from {strata}{_method(facts)}."
    )
    left_out = facts.study.twins_left_out
    if left_out:
        yield (
            "Of traces with the same or nearly the same words on one question one was eligible; "
            f"{figures.count('twins', left_out, 'other was', 'others were')} not."
        )
    yield from _probabilities(facts, figures)
    phases = {item.phase for item in facts.items}
    if len(phases) > 1:
        yield f"Items were drawn in {figures.number('phases', len(phases))} phases."


def _method(facts: Facts) -> str:
    method = facts.study.design.get("method")
    return f" ({method})" if method else ""


def _probabilities(facts: Facts, figures: Figures) -> Iterator[str]:
    chances = [item.probability for item in facts.items if item.probability is not None]
    if not chances:
        return
    low, high = min(chances), max(chances)
    if np.isclose(low, high):
        chance = figures.number("inclusion probability", low, "coefficient")
        yield f"Every drawn trace had an inclusion probability of {chance}."
        return
    lowest = figures.number("lowest inclusion probability", low, "coefficient")
    highest = figures.number("highest inclusion probability", high, "coefficient")
    yield f"Recorded inclusion probabilities ranged from {lowest} to {highest}."


def _process(facts: Facts, figures: Figures) -> Iterator[str]:
    study = facts.study
    yield (
        "Raters graded one item at a time on screen, in a random order that differed between "
        "raters. They were blind to other raters' grades, to the verdict of the automatic "
        "filters, to the name of the model, and to which items were control items or repeats."
    )
    if study.hide_answer_key:
        yield "The answer key was hidden until coherence had been graded."
    if study.reveal_after_submit:
        yield "Others' grades were shown after a rater had submitted; later changes do not count."
    if study.placebo_items:
        yield (
            "Among the items were placebo items, which argue for a wrong option: raters knew that "
            "there were some, and not which."
        )
    if study.practice_round:
        yield "Raters first completed a practice round."
    if study.repeat_share:
        gap = figures.number("repeat gap", study.repeat_gap)
        yield (
            "A random subset of items was given to the same rater a second time, at least "
            f"{gap} items later."
        )


def _independence(facts: Facts, figures: Figures) -> Iterator[str]:
    yield (
        "Agreement is computed from independent grades only: those submitted before a rater saw "
        "another's grade or was asked to reconsider."
    )
    yield (
        "An item's consensus is that of its raters where they agree; where they disagreed or "
        "flagged a safety risk, an adjudicator settled it."
    )
    settled = sum(item.adjudicated for item in facts.items)
    if settled:
        yield f"{figures.count('adjudicated', settled, 'item was', 'items were')} adjudicated."


def _analysis(facts: Facts, figures: Figures) -> Iterator[str]:
    yield (
        f"The estimand is {facts.estimand[0].lower()}{facts.estimand[1:]} "
        "Shares of the batch are weighted by the inverse of the recorded inclusion probabilities "
        "(stratified estimator), with linearised standard errors clustered by question and "
        "Wilson intervals with the effective sample size; these intervals are over other samples "
        "of the same batch. A second estimate is assisted by a score learned from the traces' "
        "recorded features (difference estimator with cross-fitting). Bounds give the share if "
        "none or all of the items that are unanswered or still wait were acceptable."
    )
    yield (
        "Agreement is reported as percent agreement, Krippendorff's alpha and Gwet's AC1 or AC2, "
        "each with its level or weights; intervals are 95 % percentile bootstraps over questions."
    )
    if raters := rater_count(facts):
        yield _over_raters(raters, figures)
    chances = [item.probability or 1.0 for item in facts.items]
    if chances and not np.isclose(min(chances), max(chances)):
        yield (
            "Since items were drawn with unequal chances, coefficients are given for the items "
            "as graded and weighted to the batch."
        )
    yield f"Analyses were done with MedReason Web, version {software_version()}."


def _over_raters(raters: int, figures: Figures) -> str:
    if raters >= FEW_RATERS:
        return (
            "Intervals for other raters resample questions and raters; those for this panel "
            "resample questions only."
        )
    count = figures.count("raters who graded", raters, "rater")
    if raters < MIN_RATERS:
        return (
            f"With {count} no interval over raters can be given: the intervals concern these "
            "raters only."
        )
    return (
        f"With only {count}, intervals over raters are rough t intervals and are not quoted: the "
        "intervals concern these raters and are too narrow for other panels."
    )


def counted(figures: Figures, name: str, values: Iterable[str]) -> str:
    """ "medqa, 12; house, 3": how often each value occurs."""
    pairs = sorted(Counter(values).items())
    return "; ".join(
        f"{value}, {figures.number(f'{name}: {value}', count)}" for value, count in pairs
    )
