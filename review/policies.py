"""Policies: the filter rule over verdicts and grades, applied to one item at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from pydantic import TypeAdapter

from pipeline.core.records import Verdict
from pipeline.models import Event
from review.disputes import left_out, voiced
from review.models import Adjudication, Grade, Item, KeyRuling, Policy, SendBack, Study
from review.statistics.ratings import Consensus, Rating, consensus, overtaken

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
    settled = Adjudication.objects.filter(is_current=True).prefetch_related("grades")
    warnings = Grade.objects.filter(voiced()).exclude(safety_flag="", answer_key_disputed=False)
    rulings = KeyRuling.objects.filter(is_current=True)
    asked = SendBack.objects.waiting().filter(grade__item=OuterRef("pk"))
    return (
        Item.objects.filter(study=study, kind=Item.Kind.SAMPLED)
        .annotate(sent_back=Exists(asked))
        .select_related("trace__question__question_set", "trace__batch__knowledge_graph")
        .prefetch_related(
            Prefetch("grades", current.prefetch_related("path_grades"), to_attr="current_grades"),
            Prefetch("grades", warnings, to_attr="warnings"),
            Prefetch("adjudications", settled, to_attr="settled"),
            Prefetch("trace__question__key_rulings", rulings, to_attr="current_rulings"),
        )
        .order_by("pk")
    )


def grades_of(item: Item) -> list[Grade]:
    """The item's current grades, as `judged_items` fetched them."""
    grades: list[Grade] = item.current_grades  # type: ignore[attr-defined]
    return grades


def ratings_of(grades: Iterable[Grade]) -> list[Rating]:
    """Grades as ratings; a reviewer who could not judge gives none."""
    return [_rating(grade) for grade in _judged(grades)]


def settlement_of(item: Item) -> Adjudication | None:
    """The item's adjudication, unless a grade that came after it overtakes it."""
    settled: list[Adjudication] = item.settled  # type: ignore[attr-defined]
    if not settled:
        return None
    one = settled[0]
    seen = {grade.pk for grade in one.grades.all()}
    later = [_rating(grade) for grade in _judged(grades_of(item)) if grade.pk not in seen]
    flags = {grade.safety_flag for grade in _flagged(item) if grade.pk not in seen}
    decided = Rating(one.precision, one.coherence, one.decision, safety_flag=one.safety_flag)
    return None if flags - {one.safety_flag} or overtaken(decided, later) else one


def consensus_of(item: Item) -> Consensus | None:
    """The adjudicated consensus where there is one, else that of agreeing, unflagged grades."""
    grades = grades_of(item)
    one = settlement_of(item)
    if one is not None:
        return Consensus(
            float(one.precision), float(one.coherence), one.decision, "adjudicated", len(grades)
        )
    settled: list[Adjudication] = item.settled  # type: ignore[attr-defined]
    return None if settled or _flagged(item) else consensus(ratings_of(grades))


def exclusion(rules: Rules, verdict: Verdict, item: Item, agreed: Consensus | None) -> str | None:
    """Why the rules leave the item out, in a few words; None when they take it."""
    grades = grades_of(item)
    return (
        _by_verdict(rules, verdict)
        or _by_key(item)
        or _by_safety(item)
        or ("sent back, not answered" if item.sent_back else None)  # type: ignore[attr-defined]
        or _by_grading(rules, ratings_of(grades), agreed)
    )


def _by_verdict(rules: Rules, verdict: Verdict) -> str | None:
    passed = {result.name for result in verdict.filters if result.passed}
    missed = [name for name in rules.required_filters if name not in passed]
    return f"filter not passed: {missed[0]}" if missed else None


def _by_key(item: Item) -> str | None:
    rulings: list[KeyRuling] = item.trace.question.current_rulings  # type: ignore[attr-defined]
    settled: list[Adjudication] = item.settled  # type: ignore[attr-defined]
    doubts = [one.submitted_at for one in _warnings(item) if one.answer_key_disputed]
    doubts += [one.decided_at for one in settled if one.answer_key_disputed]
    return left_out(rulings[0] if rulings else None, doubts)


def _by_safety(item: Item) -> str | None:
    """An adjudicator's word on harm counts; until there is one, any flag does."""
    one = settlement_of(item)
    flagged = one.safety_flag if one is not None else _flagged(item)
    return "safety flag" if flagged else None


def _warnings(item: Item) -> list[Grade]:
    found: list[Grade] = item.warnings  # type: ignore[attr-defined]
    return found


def _flagged(item: Item) -> list[Grade]:
    return [grade for grade in _warnings(item) if grade.safety_flag]


def _judged(grades: Iterable[Grade]) -> list[Grade]:
    return [grade for grade in grades if not grade.cannot_judge]


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
