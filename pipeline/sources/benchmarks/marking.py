"""Marking a question set as a benchmark, with its split, and unmarking it again."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from pipeline.core.errors import Conflict, Refusal
from pipeline.models import Event, QuestionSet


@dataclass(frozen=True, slots=True)
class BenchmarkMark:
    """Whether a set is a benchmark, and which part of its source: "test" (empty: not stated)."""

    is_benchmark: bool
    split: str = ""

    @classmethod
    def of(cls, row: QuestionSet) -> "BenchmarkMark":
        """The mark of a set."""
        return cls(row.is_benchmark, row.split)

    def as_payload(self) -> dict[str, Any]:
        """What an event says of it."""
        return {"use": "a benchmark" if self.is_benchmark else "no benchmark", "split": self.split}


def mark_benchmark(
    row: QuestionSet,
    *,
    mark: BenchmarkMark,
    shown: BenchmarkMark,
    reason: str,
    by: User | None = None,
) -> None:
    """Mark a set as a benchmark, state its split, or unmark it.

    `shown` is the mark that the person has seen: raises Conflict where it has changed since;
    Refusal without a reason, where nothing changes, for a split of what is no benchmark, and to
    unmark a set that was evaluated: its questions would come into releases, and the results
    would look as if they came from a clean test.
    """
    if mark.split and not mark.is_benchmark:
        raise Refusal("A split is stated of a benchmark only.", field="split")
    if not reason.strip():
        raise Refusal("Say why: the audit keeps it.", field="reason")
    if mark == shown:
        raise Refusal("Nothing is changed: the set is marked like this already.")
    with transaction.atomic():
        now = QuestionSet.objects.select_for_update(no_key=True).get(pk=row.pk)
        if BenchmarkMark.of(now) != shown:
            raise Conflict("What you were shown has changed since: look at it again.")
        if not mark.is_benchmark:
            _check_unused(now)
        row.is_benchmark, row.split = mark.is_benchmark, mark.split
        row.save(update_fields=("is_benchmark", "split"))
        Event.objects.record(
            "question_set.benchmark_changed",
            row,
            by=by,
            name=row.name,
            **mark.as_payload(),
            **{f"earlier_{part}": value for part, value in shown.as_payload().items()},
            reason=reason.strip(),
        )


def _check_unused(row: QuestionSet) -> None:
    if count := row.evaluations.count():
        noun = "evaluation stands" if count == 1 else "evaluations stand"
        raise Refusal(f"{count:,} {noun} on {row}: it stays a benchmark.", field="is_benchmark")
