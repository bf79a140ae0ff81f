"""The consensus on the five-point scales, as labels from 0 to 1 that estimators read."""

from collections.abc import Callable
from dataclasses import replace

from pipeline.statistics.consensus import Consensus
from pipeline.statistics.estimate import Estimate, FloatArray, OnceSettled
from review.evidence.items import Evidence
from review.reports.facts import Facts
from review.reports.shares import weighted_sample

LOWEST, WIDTH = 1, 4
Label = Callable[[Evidence], float | None]


def _label(scale: Callable[[Consensus], float]) -> Label:
    """The consensus on a scale from 1 to 5 as a number from 0 to 1; None without an answer."""

    def label(item: Evidence) -> float | None:
        if item.acceptable is None or item.consensus is None:
            return None
        return (scale(item.consensus) - LOWEST) / WIDTH

    return label


SCALES: tuple[tuple[str, Label], ...] = (
    ("Precision", _label(lambda agreed: agreed.precision)),
    ("Coherence", _label(lambda agreed: agreed.coherence)),
)


def points(labels: FloatArray) -> FloatArray:
    """Labels from 0 to 1 back on the scale from 1 to 5."""
    return LOWEST + WIDTH * labels


def mean_scale(facts: Facts, label: Label) -> Estimate:
    """The mean of the consensus on a scale over the batch, in points from 1 to 5."""
    estimate = weighted_sample(facts, label).share()
    settled = estimate.once_settled
    return replace(
        estimate,
        value=_point(estimate.value),
        low=_point(estimate.low),
        high=_point(estimate.high),
        standard_error=None if estimate.standard_error is None else WIDTH * estimate.standard_error,
        once_settled=settled
        and OnceSettled(
            settled.waiting, LOWEST + WIDTH * settled.lowest, LOWEST + WIDTH * settled.highest
        ),
    )


def _point(share: float | None) -> float | None:
    return None if share is None else LOWEST + WIDTH * share
