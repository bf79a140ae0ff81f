"""Policies: the filter rule over verdicts and grades, applied to one item at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from pydantic import TypeAdapter

from pipeline.core.config import BASE_FILTERS, CHECK_FILTERS
from pipeline.core.errors import Refusal
from pipeline.core.features import TraceFeatures
from pipeline.models import Event
from pipeline.statistics.consensus import Consensus
from review.evidence.items import Evidence
from review.models import Grade, Policy, Release

# What a policy may require.
FILTERS = (*BASE_FILTERS, *CHECK_FILTERS)
HARMS = ("mild", "moderate", "severe")
# Why a trace that may still be graded or settled is left out for now.
TOO_FEW, DISAGREE, UNGRADED, SENT_BACK = (
    "too few grades",
    "grades disagree, not adjudicated",
    "not graded",
    "sent back, not answered",
)
PENDING = frozenset({TOO_FEW, DISAGREE, UNGRADED, SENT_BACK})


@dataclass(frozen=True)
class Rules:
    """Which items a release takes. Scales run from 1 to 5; None sets no minimum.

    Minimum precision and coherence apply to the consensus on the CoT, path minimums to the
    lowest grade any reviewer gave to any cited path, `minimum_graders` to graded traces. An
    adjudicated harm of a severity in `barred_harms` keeps a trace out; one that nobody has
    adjudicated always does. `ungraded` says what becomes of traces nobody graded: "take" asks
    only filters and licence of them.
    """

    required_filters: tuple[str, ...] = BASE_FILTERS
    minimum_precision: float | None = 4.0
    minimum_coherence: float | None = 4.0
    minimum_path_precision: float | None = None
    minimum_path_coherence: float | None = None
    minimum_graders: int = 1
    only_accepted: bool = True
    barred_harms: tuple[str, ...] = HARMS
    ungraded: Literal["leave_out", "take"] = "leave_out"

    @property
    def takes_ungraded(self) -> bool:
        """Whether a trace that nobody has graded can meet these rules.

        Policies saved before `ungraded` existed said so by asking nothing of any grade.
        """
        minimums = (
            self.minimum_precision,
            self.minimum_coherence,
            self.minimum_path_precision,
            self.minimum_path_coherence,
        )
        asks = self.minimum_graders > 0 or self.only_accepted or any(minimums)
        return self.ungraded == "take" or not asks


_RULES = TypeAdapter(Rules)


def rules_as_json(rules: Rules) -> dict[str, Any]:
    """The rules as a plain dictionary for the row."""
    plain: dict[str, Any] = _RULES.dump_python(rules, mode="json")
    return plain


def rules_of(row: Policy | Release) -> Rules:
    """The rules that a policy holds, or a release that was made by one."""
    return _RULES.validate_python(row.rules)


def save_policy(name: str, *, rules: Rules, saved_by: User) -> Policy:
    """Save rules under a name. A policy never changes: save another. Raises Refusal."""
    plain = rules_as_json(rules)
    try:
        with transaction.atomic():
            policy = Policy.objects.create(name=name, rules=plain, created_by=saved_by)
            Event.objects.record("policy.saved", policy, by=saved_by, rules=plain)
    except IntegrityError as error:
        raise Refusal(f"A policy named {name} exists.", field="name") from error
    return policy


def exclusion(rules: Rules, evidence: Evidence) -> str | None:
    """Why the rules leave the item out, in a few words; None when they take it."""
    return next(objections(rules, evidence), None)


def objections(rules: Rules, evidence: Evidence) -> Iterator[str]:
    """Every reason in the rules to leave the item out, in a few words each."""
    yield from failed_filters(rules, evidence.features)
    if evidence.key_exclusion:
        yield evidence.key_exclusion
    if evidence.open_safety_flag and (
        evidence.open_safety_flag in rules.barred_harms or not evidence.adjudicated
    ):
        yield "safety flag"
    if evidence.sent_back:
        yield SENT_BACK
    yield from _by_grading(rules, evidence)


def failed_filters(rules: Rules, features: TraceFeatures) -> Iterator[str]:
    """What the required filters hold against a trace: known for every trace, graded or not."""
    for name in rules.required_filters:
        if not features.ran(name):
            yield f"{'check' if name in CHECK_FILTERS else 'filter'} not run: {name}"
        elif not features.passed(name):
            yield f"filter not passed: {name}"


def _by_grading(rules: Rules, evidence: Evidence) -> Iterator[str]:
    ratings, agreed = evidence.ratings, evidence.consensus
    if agreed is None and not evidence.grades:
        yield from () if rules.takes_ungraded else (UNGRADED,)
        return
    if len(ratings) < rules.minimum_graders or (agreed is None and not ratings):
        yield TOO_FEW
    if agreed is None and ratings:
        yield DISAGREE
    if agreed is not None:
        yield from _by_consensus(rules, evidence, agreed)


def _by_consensus(rules: Rules, evidence: Evidence, agreed: Consensus) -> Iterator[str]:
    if rules.only_accepted and agreed.decision != Grade.Decision.ACCEPT:
        yield "not accepted"
    for title, value, minimum in _minimums(rules, evidence, agreed):
        if minimum is not None and value is not None and value < minimum:
            yield f"{title} below {minimum:g}"


def _minimums(
    rules: Rules, evidence: Evidence, agreed: Consensus
) -> Iterator[tuple[str, float | None, float | None]]:
    """What is asked of an item's grades: the scale, its value, the minimum."""
    ratings = evidence.ratings
    precision = [value for rating in ratings for value in rating.path_precision]
    coherence = [value for rating in ratings for value in rating.path_coherence]
    yield "precision", agreed.precision, rules.minimum_precision
    yield "coherence", agreed.coherence, rules.minimum_coherence
    yield "path precision", _lowest(precision), rules.minimum_path_precision
    yield "path coherence", _lowest(coherence), rules.minimum_path_coherence


def _lowest(values: Sequence[int]) -> float | None:
    return float(min(values)) if values else None
