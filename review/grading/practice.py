"""The practice round: cases with feedback before a reviewer's first real item.

What is entered is kept in a table of its own and enters no statistic and no release.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from pipeline.models import Event
from review.grading.practice_cases import CASES, Case
from review.models import PracticeGrade, Reviewer, Study

TOLERANCE = 1


@dataclass(frozen=True)
class Feedback:
    """One field of a practice item: what was entered, what is expected, and why."""

    field: str
    entered: str
    expected: str
    why: str
    agrees: bool

    @property
    def title(self) -> str:
        """The field in words: paths are counted from 1 on screen."""
        words = self.field.split("_")
        if words[0] == "path":
            words[1] = str(int(words[1]) + 1)
        return " ".join(words).capitalize().replace("Cot", "CoT")


def next_case(study: Study, *, reviewer: Reviewer) -> Case | None:
    """The practice case the reviewer has to do next; None: the round is done, or there is none."""
    if not study.practice_round:
        return None
    done = _done(study, reviewer)
    return next((case for case in CASES if case.name not in done), None)


def cases_done(study: Study, *, reviewer: Reviewer) -> int:
    """How many cases of the round the reviewer has done."""
    return len(_done(study, reviewer))


def _done(study: Study, reviewer: Reviewer) -> set[str]:
    rows = PracticeGrade.objects.filter(study=study, reviewer=reviewer)
    return set(rows.values_list("case", flat=True))


def submit_practice(
    study: Study, *, reviewer: Reviewer, case: Case, content: Mapping[str, Any]
) -> PracticeGrade:
    """Keep the reviewer's first answers to the case. Twice is once."""
    with transaction.atomic():
        row, is_new = PracticeGrade.objects.get_or_create(
            study=study,
            reviewer=reviewer,
            case=case.name,
            defaults={"content": dict(content), "rubric_version": study.rubric_version},
        )
        if is_new:
            Event.objects.record(
                "practice.submitted", row, by=reviewer.user, chain=study.event_chain
            )
    return row


def feedback(case: Case, content: Mapping[str, Any]) -> Iterator[Feedback]:
    """What was entered beside what is expected, field by field."""
    for field, known in case.expected.items():
        entered = str(content.get(field, ""))
        yield Feedback(field, entered, known.value, known.why, _agrees(entered, known.value))


def _agrees(entered: str, expected: str) -> bool:
    if entered.isdigit() and expected.isdigit():
        return abs(int(entered) - int(expected)) <= TOLERANCE
    return entered == expected
