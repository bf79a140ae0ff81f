"""Judging: why a release leaves a candidate out, and whether anything but its grades speaks
against it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipeline.core.duplicates.twins import Twin
from review.evidence.items import Evidence
from review.evidence.policies import Rules, exclusion, failed_filters
from review.evidence.ungraded import NO_FLAG, disputed_questions
from review.models import Item
from review.releases.contamination.benchmarks import CONTAMINATED, Benchmarks, Match
from review.releases.selection.candidates import Candidate, items_of, traces_of
from review.releases.selection.choices import Choices
from review.releases.selection.flags import flags_of
from review.sampling.twins import twins_among

TWIN = "twin of another trace"
FLAGGED = "safety flag"
ASKS_NOTHING = Rules(
    required_filters=(),
    minimum_precision=None,
    minimum_coherence=None,
    minimum_graders=0,
    only_accepted=False,
)


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate under the rules: the first reason against it; empty where it is released.

    `is_frozen`: released, or judged by clinicians and only not taken. `in_domain`: nothing that
    was known before any grade speaks against it. `match`: the benchmark question it asks.
    """

    candidate: Candidate
    evidence: Evidence
    reason: str
    is_frozen: bool
    in_domain: bool
    match: Match | None = None

    @property
    def is_released(self) -> bool:
        return not self.reason


class Judge:
    """All that candidates are held against: rules, disputes, flags, twins, benchmarks."""

    def __init__(self, choices: Choices) -> None:
        self._rules = choices.rules
        self._disputed = disputed_questions()
        self._flags = flags_of(choices)
        self.twins = twins_of(choices)
        self.benchmarks = Benchmarks()

    def judge(self, candidate: Candidate) -> Judged:
        """What becomes of one candidate."""
        evidence = self._with_dispute(candidate.evidence)
        of_grades = exclusion(self._rules, evidence) or self._flagged(candidate, self._rules)
        filtered = next(failed_filters(self._rules, evidence.features), "")
        trains = self._may_train(candidate, evidence)
        fixed, match = self._fixed(candidate, look_up=not filtered or trains)
        reason = of_grades or fixed
        return Judged(
            candidate,
            evidence,
            reason,
            is_frozen=not reason or (trains and not fixed),
            in_domain=not (filtered or fixed),
            match=match if reason == CONTAMINATED else None,
        )

    def _with_dispute(self, evidence: Evidence) -> Evidence:
        reason = self._disputed.get(evidence.question, "")
        return replace(evidence, key_exclusion=evidence.key_exclusion or reason)

    def _flagged(self, candidate: Candidate, rules: Rules) -> str:
        flag = self._flags.get(candidate.evidence.trace, NO_FLAG)
        barred = flag.severity in rules.barred_harms or not flag.adjudicated
        return FLAGGED if flag.severity and barred else ""

    def _fixed(self, candidate: Candidate, *, look_up: bool) -> tuple[str, Match | None]:
        """What speaks against it that no grade can change, filters apart."""
        if candidate.evidence.licence_exclusion:
            return candidate.evidence.licence_exclusion, None
        if candidate.trace.pk in self.twins:
            return TWIN, None
        match = self.benchmarks.match(candidate.trace.question) if look_up else None
        return (CONTAMINATED if match else ""), match

    def _may_train(self, candidate: Candidate, evidence: Evidence) -> bool:
        """Whether it was judged, and neither a dispute nor a flag forbids training on that."""
        return (
            evidence.consensus is not None
            and exclusion(ASKS_NOTHING, evidence) is None
            and not self._flagged(candidate, ASKS_NOTHING)
        )


def twins_of(choices: Choices) -> Mapping[int, Twin]:
    """The twins among all candidates: one that was graded stays before one that was not, then one
    that the filters kept, then the first."""
    graded = set(
        Item.objects.filter(pk__in=items_of(choices).values("pk"), grades__is_current=True)
        .order_by()
        .values_list("trace", flat=True)
    )
    kept = dict(traces_of(choices).order_by("pk").values_list("pk", "kept"))
    return twins_among(kept, lambda pk: (pk not in graded, not kept[pk]))
