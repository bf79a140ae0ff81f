"""Facts of scripted studies, made without rows: what the tests of reports read."""

from collections.abc import Iterable
from typing import Any

from pipeline.core.features import TraceFeatures
from pipeline.statistics.consensus import Rating, consensus
from review.evidence.grade_records import GradeRecord, PathGradeRecord
from review.evidence.items import Evidence
from review.evidence.waiting import wait_of
from review.models import Study
from review.reports.facts import Facts

GOOD, POOR = (5, 5, "accept"), (2, 2, "reject")


def grade_record(
    rater: str, answer: tuple[int, int, str] | None = GOOD, **changes: Any
) -> GradeRecord:
    """A rater's grade: (precision, coherence, decision), or None: could not judge.

    `labels` are those of the steps, `paths` (precision, coherence, invalid edges...) each.
    """
    labels = changes.pop("labels", ())
    paths = tuple(
        PathGradeRecord(index, path[0], path[1], tuple(path[2:]))
        for index, path in enumerate(changes.pop("paths", ()))
    )
    wrong = [step for step, label in enumerate(labels, 1) if label == "incorrect"]
    flag = changes.get("safety_flag", "")
    first = min(wrong, default=0) if labels else None
    fields: dict[str, Any] = {
        "pk": 0,
        "rater": rater,
        "rubric_version": "2",
        "specialty": "",
        "seniority": "",
        "rating": None if answer is None else Rating(*answer, first, flag),
        "cannot_judge": "outside_specialty" if answer is None else "",
        "safety_flag": "",
        "answer_key_disputed": False,
        "steps": tuple(enumerate(labels, 1)),
        "paths": paths,
        "revision": 1,
        "active_seconds": 60,
        "wall_seconds": 90,
        "study_position": 1,
        "session_position": 1,
        "at": 0.0,
        "unprompted": True,
    }
    return GradeRecord(**(fields | changes))


def make_evidence(number: int, *grades: GradeRecord, **changes: Any) -> Evidence:
    """A sampled item of a question of its own, with these grades, all of them independent."""
    ratings = [grade.rating for grade in grades if grade.rating]
    flag = next((grade.safety_flag for grade in grades if grade.safety_flag), "")
    fields: dict[str, Any] = {
        "item": number,
        "code": f"item-{number}",
        "kind": "sampled",
        "trace": f"trace-{number}",
        "question": number,
        "source": "house",
        "specialty": "",
        "stratum": "all",
        "probability": 1.0,
        "phase": 1,
        "kept": True,
        "features": TraceFeatures(),
        "grades": grades,
        "independent": grades,
        "consensus": None if flag else consensus(ratings),
        "adjudicated": False,
        "key_exclusion": "",
        "open_safety_flag": flag,
        "sent_back": False,
        "declines": 0,
        "licence_exclusion": "",
    } | changes
    waits = wait_of(
        judged=bool(ratings or flag or fields["consensus"]),
        settled=fields["consensus"] is not None,
        adjudicated=fields["adjudicated"],
        sent_back=fields["sent_back"],
        incomplete=False,
    )
    return Evidence(**({"waits_for": waits} | fields))


def make_facts(items: Iterable[Evidence], **changes: Any) -> Facts:
    """Facts of a study whose batch is its sample, by the current rubric."""
    rows = tuple(items)
    strata: dict[str, int] = {}
    for item in rows:
        strata[item.stratum] = strata.get(item.stratum, 0) + 1
    study = Study(
        name="study",
        rubric_version="2",
        reasoner_kind="language_model",
        design={
            "method": "stratified random sample by source",
            "size": None,
            "include_discarded": True,
        },
        seed=7,
    )
    fields: dict[str, Any] = {
        "study": study,
        "items": rows,
        "controls": (),
        "repeats": (),
        "strata": strata,
        "head": "0" * 64,
    }
    return Facts(**(fields | changes))
