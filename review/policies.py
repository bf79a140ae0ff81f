"""Policies: the filter rule over verdicts and grades, applied to one item at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from pydantic import TypeAdapter

from pipeline.models import Event
from review.evidence import Evidence
from review.models import Grade, Policy
from review.statistics.ratings import Consensus, Rating

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


def exclusion(rules: Rules, evidence: Evidence) -> str | None:
    """Why the rules leave the item out, in a few words; None when they take it."""
    return (
        _by_filters(rules, evidence)
        or evidence.key
        or ("safety flag" if evidence.flagged else None)
        or ("sent back, not answered" if evidence.sent_back else None)
        or _by_grading(rules, evidence.ratings, evidence.consensus)
    )


def _by_filters(rules: Rules, evidence: Evidence) -> str | None:
    missed = [name for name in rules.required_filters if not evidence.features.passed(name)]
    return f"filter not passed: {missed[0]}" if missed else None


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
