"""Search of traces: by the question's words and origin, by outcome, reason, filter and arm."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet, Value
from django.db.models.functions import Concat

from pipeline.lists.questions import asked_like
from pipeline.models import Trace

OUTCOMES: dict[str, dict[str, Any]] = {
    "all": {},
    "kept": {"kept": True},
    "discarded": {"kept": False},
    "failed": {"state": Trace.State.FAILED},
    "open": {"state__in": (Trace.State.PENDING, Trace.State.CLAIMED)},
    "cancelled": {"state": Trace.State.CANCELLED},
}


@dataclass(frozen=True, kw_only=True)
class TraceSearch:
    """What is looked for; an empty term asks for nothing.

    `rejected_by` names a filter, `source` the kind of question file.
    """

    text: str = ""
    source: str = ""
    specialty: str = ""
    reason: str = ""
    rejected_by: str = ""
    arm: str = Trace.Arm.KEY


def search_traces(rows: QuerySet[Trace], search: TraceSearch) -> QuerySet[Trace]:
    """The current traces of `rows` that meet every term."""
    rows = rows.filter(is_current=True, arm=search.arm)
    if search.text:
        rows = rows.filter(asked_like(search.text, prefix="question__"))
    equal = {
        "question__question_set__source": search.source,
        "question__specialty": search.specialty,
        "failure_reason": search.reason,
    }
    rows = rows.filter(**{name: value for name, value in equal.items() if value})
    return _rejected_by(rows, search.rejected_by) if search.rejected_by else rows


def _rejected_by(rows: QuerySet[Trace], name: str) -> QuerySet[Trace]:
    """Whole names: "margin" is not found in "margin_check"."""
    between_commas = Concat(Value(","), F("rejections"), Value(","))
    return rows.alias(between_commas=between_commas).filter(between_commas__contains=f",{name},")


def with_outcome(rows: QuerySet[Trace], outcome: str) -> QuerySet[Trace]:
    """Those that ended so."""
    return rows.filter(**OUTCOMES[outcome])


def count_by_outcome(rows: QuerySet[Trace]) -> dict[str, int]:
    """How many of `rows` ended how, in one query."""
    groups = rows.order_by().values_list("state", "kept").annotate(size=Count("pk"))
    counts = dict.fromkeys(OUTCOMES, 0)
    for state, kept, size in groups:
        counts["all"] += size
        counts[_outcome(state, kept)] += size
    return counts


def _outcome(state: str, kept: bool | None) -> str:
    if kept is not None:
        return "kept" if kept else "discarded"
    return state if state in OUTCOMES else "open"


def failure_reasons(rows: QuerySet[Trace]) -> list[str]:
    """Why current traces of `rows` failed, each reason once."""
    failed = rows.filter(is_current=True, state=Trace.State.FAILED).order_by("failure_reason")
    return list(failed.values_list("failure_reason", flat=True).distinct())
