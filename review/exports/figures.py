"""The figures a release freezes for its card: counts, and the share acceptable of the batch."""

from dataclasses import dataclass, field
from typing import Any

from review.evidence import Evidence
from review.models import Study
from review.statistics.estimate import Estimate, undefined
from review.statistics.estimation import ESTIMAND, share
from review.statistics.sampled import Sample, SampledItem, Stratum, collapsed, sample_of


@dataclass
class Tally:
    """What the study's sampled items come to, counted one at a time."""

    graded: int = 0
    grades: int = 0
    raters: set[str] = field(default_factory=set)
    items: list[SampledItem] = field(default_factory=list)

    def add(self, evidence: Evidence) -> None:
        """Count one sampled item."""
        self.graded += bool(evidence.ratings)
        self.grades += len(evidence.ratings)
        self.raters.update(grade.rater for grade in evidence.grades if grade.rating)
        self.items.append(
            SampledItem(
                stratum=evidence.stratum,
                question=evidence.question,
                probability=evidence.probability or 0.0,
                label=evidence.acceptable,
                kept=evidence.kept,
            )
        )


def figures_of(tally: Tally, *, study: Study, rows: int) -> list[dict[str, Any]]:
    """Titles, values, intervals, numbers behind them and notes; a value of None is not known."""
    return [
        _count("Traces in this release", rows),
        _count("Traces graded in the study", tally.graded),
        _count("Grades given in the study", tally.grades),
        _count("Raters", len(tally.raters)),
        *_shares(tally, study),
    ]


def _shares(tally: Tally, study: Study) -> list[dict[str, Any]]:
    try:
        strata = {name: Stratum(size) for name, size in study.design["population"].items()}
        sample = collapsed(sample_of(tally.items, strata))
    except (KeyError, ValueError) as error:
        unknown = undefined(f"the sample's plan is not on record: {error}")
        return [_share("Share acceptable", unknown)]
    return [
        _share("Share acceptable of all traces made", share(sample)),
        _share("Share acceptable of the traces the filters kept", _kept(sample)),
    ]


def _kept(sample: Sample) -> Estimate:
    return share(sample, sample.kept)


def _count(title: str, value: int) -> dict[str, Any]:
    return {
        "title": title,
        "unit": "count",
        "value": value,
        "low": None,
        "high": None,
        "n": None,
        "note": "",
    }


def _share(title: str, estimate: Estimate) -> dict[str, Any]:
    """Rounded to what a database keeps alike; the note names estimand and caution."""
    notes = [f"Estimates {ESTIMAND}", estimate.reason, estimate.caution]
    return {
        "title": title,
        "unit": "share",
        "value": _rounded(estimate.value),
        "low": _rounded(estimate.low),
        "high": _rounded(estimate.high),
        "n": estimate.n,
        "note": "; ".join(note for note in notes if note) + ".",
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
