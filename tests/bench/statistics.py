"""Statistics beside a well-known package, on the same ratings, and the larger coverage tables.

Ours gives a coefficient with its interval from 1,000 resamples of questions; the baseline gives
the same coefficient without an interval: statsmodels' fleiss_kappa, and scikit-learn's
cohen_kappa_score where that is installed (with the embeddings extra).
"""

import importlib
import importlib.util
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeVar

import numpy as np

from pipeline.statistics.agreement.coefficients import agreement
from pipeline.statistics.agreement.cohen_kappa import cohen_kappa
from pipeline.statistics.agreement.rating_table import RatingTable, tabulate
from pipeline.statistics.estimate import FEW_RATERS
from tests.bench.report import Measurement
from tests.benchmarks.scoring.simulation import (
    Exam,
    accuracy_coverage,
    difference_coverage,
    false_alarms,
)
from tests.statistics.simulation import (
    OVER_RATERS,
    SAMPLES,
    SPREAD,
    WIDE,
    WORLDS,
    Table,
    agreement_of_few,
    of_other_panels,
    of_this_panel,
    share_of_few,
)
from tests.statistics.worlds import Coverage

TOPIC = "Statistics"
RATINGS, RATERS, OVERLAP, QUESTIONS, REPLICATES = 1_000_000, 20, 2, 32_682, 1000
SAMPLES_A_WORLD, PANELS, BAR = 1000, 400, 0.93
PANELS_OF_FEW, PANEL_SIZES = 1000, (3, 4, 6, 12)
RESAMPLED, BY_T = OVER_RATERS
EVALUATIONS = 1000
EXAMS = {
    "103 questions": Exam(103, 0.15),
    "308 questions, 10 of them twice": Exam(298, 0.6, repeated=10),
    "1,273 questions, 4 samples": Exam(1273, 0.6, samples=4),
}
Columns = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
Result = TypeVar("Result")


def measure(data: Path | None) -> list[Measurement]:
    """Speed, then coverage; the inputs are made here, `data` is not needed."""
    return [*_many_raters(), _two_raters(), *_coverage(), *_evaluations()]


def _made(overlap: int, raters: int) -> Columns:
    """Items, raters, values and questions of 1,000,000 ratings on the scale 1 to 5."""
    chance = np.random.default_rng(4)
    items = RATINGS // overlap
    item = np.repeat(np.arange(items), overlap)
    rater = (item + np.tile(np.arange(overlap), items)) % raters
    true = chance.integers(1, 6, items)
    values = np.clip(true[item] + chance.integers(-1, 2, len(item)), 1, 5)
    return item, rater, values, item * QUESTIONS // items


def _tabulated(columns: Columns) -> RatingTable:
    item, rater, values, question = columns
    return tabulate(item, rater, values, questions=question)


def _many_raters() -> list[Measurement]:
    columns = _made(OVERLAP, RATERS)
    made, table = _timed(lambda: _tabulated(columns))
    rows = [_row("table of ratings", made)]
    for name in ("fleiss", "alpha_ordinal", "ac2_ordinal"):
        seconds, found = _timed(partial(agreement, table, [name], replicates=REPLICATES))
        if name == "fleiss":
            rows.append(_beside_statsmodels(seconds, columns, found[name].over_questions.value))
        else:
            rows.append(_row(f"{name}, {REPLICATES:,} resamples", seconds))
    seconds, _ = _timed(lambda: agreement(table, replicates=REPLICATES))
    return [*rows, _row(f"all ten coefficients, {REPLICATES:,} resamples", seconds)]


def _beside_statsmodels(ours: float, columns: Columns, value: float | None) -> Measurement:
    package = importlib.import_module("statsmodels.stats.inter_rater")
    ratings = columns[2].reshape(-1, OVERLAP)
    seconds, theirs = _timed(
        lambda: package.fleiss_kappa(package.aggregate_raters(ratings)[0], method="fleiss")
    )
    if value is None or abs(theirs - value) > 1e-9:
        raise AssertionError("statsmodels gives another kappa: nothing here can be compared.")
    return _row(f"fleiss, {REPLICATES:,} resamples; statsmodels without interval", ours, seconds)


def _two_raters() -> Measurement:
    columns = _made(2, 2)
    table = _tabulated(columns)
    seconds, found = _timed(lambda: cohen_kappa(table, 0, 1, replicates=REPLICATES))
    what = f"weighted kappa of two raters, {REPLICATES:,} resamples"
    if not importlib.util.find_spec("sklearn"):
        return _row(what, seconds)
    package = importlib.import_module("sklearn.metrics")
    first, second = (columns[2][columns[1] == rater] for rater in (0, 1))
    swapped = columns[0][columns[1] == 0], columns[0][columns[1] == 1]
    order = [np.argsort(one, kind="stable") for one in swapped]
    theirs_in, value = _timed(
        lambda: package.cohen_kappa_score(first[order[0]], second[order[1]], weights="quadratic")
    )
    if found.value is None or abs(value - found.value) > 1e-9:
        raise AssertionError("scikit-learn gives another kappa: nothing here can be compared.")
    return _row(f"{what}; scikit-learn without interval", seconds, theirs_in)


def _coverage() -> list[Measurement]:
    rows = []
    for one in WORLDS:
        for sample in SAMPLES:
            table = of_this_panel(one, sample, samples=SAMPLES_A_WORLD)
            rows += _covered(f"{one}; {sample}", table, bar=BAR)
            rows += [_width(f"{one}; {sample}", table, score) for score in table.widths]
    others = of_other_panels(samples=PANELS)
    rows += _covered("other panels of twelve; resampling", others, bar=None)
    return [*rows, *_few_raters()]


def _few_raters() -> Iterator[Measurement]:
    """What intervals say of other raters, from panels of 3, 4, 6 and 12 with 3 grades an item.

    Held to the bar: the interval that reports give for so many raters who differ as usual.
    """
    for spread, words in ((SPREAD, "ordinary"), (WIDE, "wide")):
        for raters in PANEL_SIZES:
            given = BY_T if raters < FEW_RATERS else RESAMPLED
            share = share_of_few(raters, samples=PANELS_OF_FEW, spread=spread)
            tables = {"share acceptable": share}
            tables |= agreement_of_few(raters, samples=PANELS_OF_FEW, spread=spread)
            for figure, table in tables.items():
                for name, found in table.coverage.items():
                    held = name == given and spread == SPREAD
                    what = f"{figure}, {raters} raters of {words} spread: {name}"
                    yield _coverage_row(what, found, BAR if held else None, _width_of(table, name))


def _evaluations() -> Iterator[Measurement]:
    """Accuracy on a benchmark, the paired difference of two models, and the exact test."""
    for what, exam in EXAMS.items():
        yield _coverage_row(f"accuracy, {what}", accuracy_coverage(exam, EVALUATIONS), BAR)
        for name, found in difference_coverage(exam, EVALUATIONS).items():
            yield _coverage_row(f"paired difference, {what}: {name}", found, BAR)
        share = false_alarms(exam, EVALUATIONS)
        yield Measurement(
            TOPIC,
            f"equal models that the exact test tells apart, {what}",
            f"{EVALUATIONS:,} samples",
            f"{share:.1%}",
            "at most 5 % asked for",
            reach="at most 6.5 %",
            reached=share <= 0.065,
        )


def _width_of(table: Table, name: str) -> str:
    widths = table.widths[name]
    return f", median width {median(widths):.2f}" if widths else ", never given"


def _covered(what: str, table: Table, *, bar: float | None) -> list[Measurement]:
    return [_coverage_row(f"{what}: {name}", found, bar) for name, found in table.coverage.items()]


def _coverage_row(what: str, found: Coverage, bar: float | None, width: str = "") -> Measurement:
    return Measurement(
        TOPIC,
        f"coverage, {what}",
        f"{found.total:,} samples",
        f"{found.share:.1%} ± {found.error:.1%}{width}",
        "95 % asked for",
        reach="93 %" if bar else "-",
        reached=found.share >= bar if bar else None,
    )


def _width(what: str, table: Table, score: str) -> Measurement:
    bar = 1.02 if score == "noise" else 1.0
    ratio = table.width(score)
    return Measurement(
        TOPIC,
        f"width of the assisted interval, {what}: score is {score}",
        f"{len(table.widths[score]):,} samples",
        f"median {ratio:.3f}",
        "1 (stratified)",
        reach=f"{'at most' if score == 'noise' else 'below'} {bar:g}",
        reached=ratio <= bar if score == "noise" else ratio < bar,
    )


def _row(what: str, ours: float, theirs: float | None = None) -> Measurement:
    size = f"{RATINGS:,} ratings, {QUESTIONS:,} questions"
    if theirs is None:
        return Measurement(TOPIC, what, size, f"{ours:.2f} s")
    return Measurement(
        TOPIC, what, size, f"{ours:.2f} s", f"{theirs:.2f} s", f"{theirs / ours:.2f}x"
    )


def _timed(act: Callable[[], Result]) -> tuple[float, Result]:
    """Seconds of the best of three runs, and what the last gave."""
    times = []
    for _ in range(3):
        started = time.perf_counter()
        result = act()
        times.append(time.perf_counter() - started)
    return min(times), result
