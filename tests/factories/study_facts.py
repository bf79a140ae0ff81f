"""Facts of a made-up sample: traces that filters passed or not, in strata of known sizes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pipeline.core.config import BASE_FILTERS
from pipeline.core.features import FilterFeature, TraceFeatures
from review.evidence.items import Evidence
from review.reports.facts import Facts
from tests.factories import reports

SOUND, REJECTED = (4, 4, "accept"), (2, 2, "reject")


def features(failed: Sequence[str] = (), **changes: Any) -> TraceFeatures:
    """Features of a trace that the named filters rejected, each scored 1 or 0."""
    filters = tuple(
        FilterFeature(name, name not in failed, float(name not in failed)) for name in BASE_FILTERS
    )
    return TraceFeatures(filters=filters, **changes)


def make_item(
    number: int, *answers: tuple[int, int, str], failed: Sequence[str] = (), **changes: Any
) -> Evidence:
    """A sampled item with a grade for each of `said`; `failed` filters rejected its trace."""
    grades = [
        reports.grade_record(f"rater {index}", answer) for index, answer in enumerate(answers)
    ]
    source = changes.get("source", "house")
    fields: dict[str, Any] = {
        "stratum": f"{source}, {'discarded' if failed else 'kept'}",
        "kept": not failed,
        "features": features(failed),
        "trace": f"{number:08d}-0000-0000-0000-000000000000",
    }
    return reports.make_evidence(number, *grades, **(fields | changes))


def make_facts(items: Sequence[Evidence], strata: dict[str, int], **design: Any) -> Facts:
    """Facts of these items, drawn from strata of these sizes, each with the chance it had."""
    sampled = {name: sum(item.stratum == name for item in items) for name in strata}
    weighted = (
        replace(item, probability=sampled[item.stratum] / strata[item.stratum]) for item in items
    )
    result = reports.make_facts(weighted, strata=strata)
    result.study.design |= design
    return result
