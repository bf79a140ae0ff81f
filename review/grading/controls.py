"""Controls: mark a trace as a check on raters, and score grades against what it expects."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from pipeline.core.errors import Refusal
from pipeline.models import Event, Trace
from review.models import Control


@dataclass(frozen=True)
class ExpectedGrade:
    """The grades known for a trace: scales 1-5 with a tolerance in points, a decision or any."""

    precision: int
    coherence: int
    decision: str = ""
    tolerance: int = 1
    note: str = ""


def mark_control(trace: Trace, *, expected: ExpectedGrade, by: User) -> Control:
    """Make the trace a control, or change what it expects; items already dealt keep theirs.

    Raises Refusal for a trace without a chain of thought.
    """
    if trace.state != Trace.State.MADE or not trace.is_current:
        raise Refusal("Only a trace with a chain of thought can be a control.")
    if trace.is_placebo:
        raise Refusal("A placebo trace cannot be a control: it argues for a wrong option.")
    with transaction.atomic():
        control, _ = Control.objects.update_or_create(
            trace=trace, defaults=asdict(expected) | {"is_active": True, "marked_by": by}
        )
        Event.objects.record(
            "control.marked", control, by=by, trace=str(trace.key), **control.expected
        )
    return control


def retire_control(control: Control, *, by: User) -> None:
    """Put the control into no further study. Nothing happens to one that is retired."""
    with transaction.atomic():
        if Control.objects.filter(pk=control.pk, is_active=True).update(is_active=False):
            Event.objects.record("control.retired", control, by=by, trace=str(control.trace.key))
    control.refresh_from_db()


def meets(
    expected: Mapping[str, Any], *, precision: int | None, coherence: int | None, decision: str
) -> bool:
    """Whether a grade meets what an item expects; a grade that could not judge does not."""
    met = criteria_met(expected, precision=precision, coherence=coherence, decision=decision)
    return all(met.values())


def criteria_met(
    expected: Mapping[str, Any], *, precision: int | None, coherence: int | None, decision: str
) -> dict[str, bool]:
    """Which criteria the grade meets, by name; the decision only where one is expected."""
    met = {
        name: value is not None and abs(value - expected[name]) <= expected["tolerance"]
        for name, value in (("precision", precision), ("coherence", coherence))
    }
    if expected["decision"]:
        met["decision"] = decision == expected["decision"]
    return met
