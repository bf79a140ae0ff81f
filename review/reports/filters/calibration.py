"""Calibration of scores against the panel: each filter that scores, and the learned score."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from pipeline.statistics.estimation.filters import CalibrationBin, calibration
from pipeline.statistics.trace_columns import filter_scores, filters_run
from review.reports.assisted import LEARNED_SCORE_NOTE, scored_sample
from review.reports.document import Column, Table
from review.reports.facts import Facts
from review.reports.filters.measures import COVERS
from review.reports.wording import with_plot

COLUMNS = (
    Column("score", "Mean score", "share"),
    Column("acceptable", "Share acceptable", "share"),
)


def calibration_tables(facts: Facts) -> Iterator[Table]:
    """One table for each filter that scores, and one for the learned score."""
    features = [item.features for item in facts.items]
    for name in filters_run(features):
        scores = filter_scores(features, name)
        known = ~np.isnan(scores)
        if known.any():
            sample = replace(scored_sample(facts).sample, score=np.where(known, scores, 0.0))
            note = f"Items that this filter scored: {int(known.sum()):,}."
            bins = calibration(sample, domain=known)
            yield _table(f"score_{name}", f"Score of the {name} filter", bins, note)
    yield _learned(facts)


def _learned(facts: Facts) -> Table:
    learned = facts.learned_score
    title = "The learned score"
    if not learned:
        return Table(
            "learned_score",
            title,
            COLUMNS,
            (),
            LEARNED_SCORE_NOTE,
            empty=f"The score {learned.reason}.",
        )
    note = f"{LEARNED_SCORE_NOTE} Learned from {learned.graded:,} graded items."
    return _table("learned_score", title, calibration(scored_sample(facts).sample), note)


def _table(key: str, title: str, bins: list[CalibrationBin], note: str) -> Table:
    rows = tuple((score_bin.mean_score, score_bin.acceptable) for score_bin in bins)
    table = Table(key, title, COLUMNS, rows, note)
    if len(rows) < 2:
        return table
    return with_plot(table, "calibration", "score", ("score", "acceptable"), covers=COVERS)
