"""What is known of traces beside their own grades: none, or warnings raised elsewhere."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from pipeline import store
from pipeline.models import Trace
from review.evidence import key_disputes
from review.evidence.corrected_keys import outdated_keys
from review.evidence.items import Evidence, read_evidence
from review.models import Adjudication, Grade, Item, KeyRuling, PairJudgement
from review.models.grades import may_warn


@dataclass(frozen=True, slots=True)
class Flag:
    """A safety flag that stands, and whether an adjudicator has settled it."""

    severity: str
    adjudicated: bool

    @property
    def weight(self) -> tuple[bool, int]:
        """The larger, the worse; an unsettled flag is worse than any settled one."""
        return not self.adjudicated, Grade.SafetyFlag.values.index(self.severity)


NO_FLAG = Flag("", adjudicated=True)


def without_grades(trace: Trace, *, licence_exclusion: str, key_exclusion: str) -> Evidence:
    """A trace that no evidence study sampled, as a policy weighs it: item 0, nothing judged."""
    question = trace.question
    return Evidence(
        item=0,
        code="",
        kind="",
        trace=str(trace.key),
        question=trace.question_id,
        source=question.question_set.source,
        specialty=question.specialty,
        stratum="",
        probability=None,
        phase=0,
        kept=bool(trace.kept),
        features=store.trace_features(trace.features),
        grades=(),
        independent=(),
        consensus=None,
        adjudicated=False,
        key_exclusion=key_exclusion,
        open_safety_flag="",
        sent_back=False,
        declines=0,
        licence_exclusion=licence_exclusion,
    )


def disputed_questions() -> dict[int, str]:
    """Questions whose answer key keeps their traces out of releases, with the reason.

    A key is doubted by anyone in any study: whose trace it was does not matter, unless that was
    made with a key which has been corrected since.
    """
    doubts = _standing_doubts()
    rulings = {row.question_id: row for row in KeyRuling.objects.filter(is_current=True)}
    found = {
        question: key_disputes.key_exclusion(rulings.get(question), doubts[question])
        for question in doubts.keys() | rulings.keys()
    }
    return {question: reason for question, reason in found.items() if reason}


def _standing_doubts() -> dict[int, list[datetime]]:
    """When the key of each question was doubted."""
    real = {"answer_key_disputed": True, "item__trace__arm": Trace.Arm.KEY}
    grades = Grade.objects.filter(may_warn(), **real).order_by()
    settled = Adjudication.objects.filter(is_current=True, **real).order_by()
    columns = ("item__trace__question", "item__trace")
    raised = [
        *grades.values_list(*columns, "submitted_at"),
        *settled.values_list(*columns, "decided_at"),
    ]
    outdated = outdated_keys({trace for _, trace, _ in raised})
    doubts: dict[int, list[datetime]] = defaultdict(list)
    for question, trace, at in raised:
        if trace not in outdated:
            doubts[question].append(at)
    return doubts


def standing_flags() -> dict[str, Flag]:
    """By trace, the worst safety flag on any item of it, in whichever study and of whatever kind.

    Whether a harm was found in a control item, in a pair or in another study, it is in the same
    text.
    """
    found: dict[str, Flag] = {}
    for trace, flag in (*_flags_in_grades(), *_flags_in_pairs()):
        if flag.severity and flag.weight > found.get(trace, NO_FLAG).weight:
            found[trace] = flag
    return found


def _flags_in_grades() -> Iterator[tuple[str, Flag]]:
    flagged = Grade.objects.flagged().order_by().values("item")
    settled = Adjudication.objects.filter(is_current=True).exclude(safety_flag="").order_by()
    items = Item.objects.filter(Q(pk__in=flagged) | Q(pk__in=settled.values("item")))
    for row in read_evidence(items):
        yield row.trace, Flag(row.open_safety_flag, row.adjudicated)


def _flags_in_pairs() -> Iterator[tuple[str, Flag]]:
    """Nobody adjudicates pairs: such a flag stands until whoever raised it takes it back."""
    judged = PairJudgement.objects.filter(is_current=True).exclude(flag_first="", flag_second="")
    columns = ("item__trace__key", "flag_first", "item__rival_trace__key", "flag_second")
    for first, of_first, second, of_second in judged.order_by().values_list(*columns):
        yield str(first), Flag(of_first, adjudicated=False)
        yield str(second), Flag(of_second, adjudicated=False)
