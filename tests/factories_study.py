"""Facts of made-up studies, without rows: evidence with known consensus, strata and features."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pipeline.core.features import FilterFeature, TraceFeatures
from review.evidence import Evidence
from review.given import GivenGrade
from review.models import Study
from review.policies import FILTERS
from review.reports.facts import Facts
from review.statistics.ratings import Rating, consensus


def features(failed: Sequence[str] = (), **changes: Any) -> TraceFeatures:
    """Features of a trace that the named filters rejected, each scored 1 or 0."""
    filters = tuple(
        FilterFeature(name, name not in failed, float(name not in failed)) for name in FILTERS
    )
    return TraceFeatures(filters=filters, **changes)


def rating(decision: str = "accept", *, scale: int = 4, path: int = 4) -> Rating:
    return Rating(scale, scale, decision, path_precision=(path,), path_coherence=(path,))


def grade(given: Rating | None, number: int) -> GivenGrade:
    """One rater's grade; without a rating they could not judge."""
    return GivenGrade(
        pk=number,
        rater=f"rater {number}",
        rubric_version="2",
        specialty="",
        seniority="",
        rating=given,
        cannot_judge="" if given else "outside_specialty",
        safety_flag="",
        answer_key_disputed=False,
        steps=(),
        paths=(),
        revision=1,
        active_seconds=60,
        wall_seconds=60,
        position=number,
        at=0.0,
        unprompted=True,
    )


def item(number: int, *ratings: Rating | None, failed: Sequence[str] = (), **changes: Any):
    """One sampled item of its own question; `failed` are the filters that rejected its trace."""
    grades = tuple(grade(one, place) for place, one in enumerate(ratings))
    source = changes.get("source", "house")
    fields: dict[str, Any] = {
        "item": number,
        "code": f"code{number}",
        "kind": "sampled",
        "trace": f"{number:08d}-0000-0000-0000-000000000000",
        "question": number,
        "source": source,
        "specialty": "",
        "stratum": f"{source}, {'discarded' if failed else 'kept'}",
        "probability": 1.0,
        "phase": 1,
        "kept": not failed,
        "features": features(failed),
        "grades": grades,
        "independent": grades,
        "consensus": consensus([one for one in ratings if one]),
        "adjudicated": False,
        "key": "",
        "harm": "",
        "sent_back": False,
        "declines": 0,
        "licence": "",
    }
    return Evidence(**(fields | changes))


def facts(items: Sequence[Evidence], strata: dict[str, int], **design: Any) -> Facts:
    """The facts of these items as a study's; every item's probability follows from its stratum."""
    drawn = {name: sum(one.stratum == name for one in items) for name in strata}
    weighed = [replace(one, probability=drawn[one.stratum] / strata[one.stratum]) for one in items]
    study = Study(
        name="made up",
        overlap=1,
        design={"population": strata, "include_discarded": True, "variables": []} | design,
        created_at=datetime.now(UTC),
    )
    return Facts(study, tuple(weighed), (), (), strata, head="none")
