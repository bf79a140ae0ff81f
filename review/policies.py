"""Policies: the filter rule over verdicts and grades, applied to one item at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Prefetch, QuerySet
from pydantic import TypeAdapter

from pipeline.core.records import Verdict
from pipeline.models import Event
from review.models import Adjudication, Grade, Item, Policy, Study
from review.statistics.ratings import Consensus, Rating, consensus

if TYPE_CHECKING:
    from django.contrib.auth.models import User

FILTERS = ("format", "leakage", "answer", "grounding")


class NameTaken(ValueError):
    """A policy of this name exists, and policies never change."""


@dataclass(frozen=True)
class Rules:
    """Which items a release takes. Scales run from 1 to 5; None asks nothing.

    Minimum precision and coherence are asked of the consensus on the CoT, path minimums of the
    lowest grade any reviewer gave to any cited path. `minimum_graders` 0 admits traces that
    nobody has graded, provided that nothing else here asks for a grade.
    """

    required_filters: tuple[str, ...] = FILTERS
    minimum_precision: float | None = 4.0
    minimum_coherence: float | None = 4.0
    minimum_path_precision: float | None = None
    minimum_path_coherence: float | None = None
    minimum_graders: int = 1
    only_accepted: bool = True

    @property
    def asks_for_grades(self) -> bool:
        """Whether a trace that nobody has graded can never meet these rules."""
        minimums = (
            self.minimum_precision,
            self.minimum_coherence,
            self.minimum_path_precision,
            self.minimum_path_coherence,
        )
        return self.minimum_graders > 0 or self.only_accepted or any(minimums)


_RULES = TypeAdapter(Rules)


def rules_as_json(rules: Rules) -> dict[str, Any]:
    """The rules as a plain dictionary for the row."""
    plain: dict[str, Any] = _RULES.dump_python(rules, mode="json")
    return plain


def rules_of(policy: Policy) -> Rules:
    """The rules a policy row holds."""
    return _RULES.validate_python(policy.rules)


def save_policy(name: str, *, rules: Rules, saved_by: "User") -> Policy:
    """Keep a rule under a name. A policy is never changed: save another. Raises NameTaken."""
    plain = rules_as_json(rules)
    try:
        with transaction.atomic():
            policy = Policy.objects.create(name=name, rules=plain, created_by=saved_by)
            Event.objects.append(
                "policy.saved", actor=saved_by, subject=policy, payload={"rules": plain}
            )
    except IntegrityError as error:
        raise NameTaken(f"A policy named {name} exists.") from error
    return policy


def judged_items(study: Study) -> QuerySet[Item]:
    """The study's sampled items with what a policy weighs: control items and repeats never."""
    current = Grade.objects.filter(is_current=True).select_related("reviewer")
    settled = Adjudication.objects.filter(is_current=True)
    return (
        Item.objects.filter(study=study, kind=Item.Kind.SAMPLED)
        .select_related("trace__question__question_set", "trace__batch__knowledge_graph")
        .prefetch_related(
            Prefetch("grades", current.prefetch_related("path_grades"), to_attr="current_grades"),
            Prefetch("adjudications", settled, to_attr="settled"),
        )
        .order_by("pk")
    )


def grades_of(item: Item) -> list[Grade]:
    """The item's current grades, as `judged_items` fetched them."""
    grades: list[Grade] = item.current_grades  # type: ignore[attr-defined]
    return grades


def ratings_of(grades: Iterable[Grade]) -> list[Rating]:
    """Grades as ratings; a reviewer who could not judge gives none."""
    return [_rating(grade) for grade in grades if not grade.cannot_judge]


def consensus_of(item: Item) -> Consensus | None:
    """The adjudicated consensus where there is one, else that of agreeing grades."""
    settled: list[Adjudication] = item.settled  # type: ignore[attr-defined]
    grades = grades_of(item)
    if settled:
        one = settled[0]
        return Consensus(
            float(one.precision), float(one.coherence), one.decision, "adjudicated", len(grades)
        )
    return consensus(ratings_of(grades))


def exclusion(rules: Rules, verdict: Verdict, item: Item, agreed: Consensus | None) -> str | None:
    """Why the rules leave the item out, in a few words; None when they take it."""
    grades = grades_of(item)
    return (
        _by_verdict(rules, verdict)
        or _by_flags(grades)
        or _by_grading(rules, ratings_of(grades), agreed)
    )


def _by_verdict(rules: Rules, verdict: Verdict) -> str | None:
    passed = {result.name for result in verdict.filters if result.passed}
    missed = [name for name in rules.required_filters if name not in passed]
    return f"filter not passed: {missed[0]}" if missed else None


def _by_flags(grades: Sequence[Grade]) -> str | None:
    if any(grade.answer_key_disputed for grade in grades):
        return "answer key disputed"
    if any(grade.safety_flag for grade in grades):
        return "safety flag"
    return None


def _by_grading(rules: Rules, ratings: list[Rating], agreed: Consensus | None) -> str | None:
    if len(ratings) < rules.minimum_graders:
        return "too few grades"
    if agreed is None and ratings:
        return "grades disagree, not adjudicated"
    if agreed is None:
        return "not graded" if rules.asks_for_grades else None
    if rules.only_accepted and agreed.decision != Grade.Decision.ACCEPT:
        return "not accepted"
    return _below(rules, ratings, agreed)


def _below(rules: Rules, ratings: list[Rating], agreed: Consensus) -> str | None:
    path_precision = [value for rating in ratings for value in rating.path_precision]
    path_coherence = [value for rating in ratings for value in rating.path_coherence]
    checks = (
        ("precision", agreed.precision, rules.minimum_precision),
        ("coherence", agreed.coherence, rules.minimum_coherence),
        ("path precision", _lowest(path_precision), rules.minimum_path_precision),
        ("path coherence", _lowest(path_coherence), rules.minimum_path_coherence),
    )
    for title, value, minimum in checks:
        if minimum is not None and value is not None and value < minimum:
            return f"{title} below {minimum:g}"
    return None


def _lowest(values: Sequence[int]) -> float | None:
    return float(min(values)) if values else None


def _rating(grade: Grade) -> Rating:
    paths = list(grade.path_grades.all())
    return Rating(
        precision=grade.cot_precision or 0,
        coherence=grade.cot_coherence or 0,
        decision=grade.decision,
        first_incorrect_step=grade.first_incorrect_step,
        safety_flag=grade.safety_flag,
        path_precision=tuple(path.precision for path in paths),
        path_coherence=tuple(path.coherence for path in paths),
    )
