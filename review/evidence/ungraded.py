"""What is known of traces beside their own grades: none, or warnings raised elsewhere."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from pipeline import store
from pipeline.models import Trace
from review.evidence import key_disputes
from review.evidence.corrected_keys import outdated_keys
from review.evidence.items import Evidence, read_evidence
from review.models import Adjudication, Grade, Item, KeyRuling, Study
from review.models.grades import may_warn


@dataclass(frozen=True, slots=True)
class Flag:
    """A safety flag that stands, and whether an adjudicator has settled it."""

    severity: str
    adjudicated: bool


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


def flags_elsewhere(evidence_studies: Iterable[Study]) -> dict[str, Flag]:
    """By trace, the worst safety flag on any item but the sampled ones of these studies.

    Whether a harm was found in a control item or in another study, it is in the same text.
    """
    own = Item.objects.filter(study__in=list(evidence_studies), kind=Item.Kind.SAMPLED)
    flagged = Grade.objects.flagged().order_by().values("item")
    settled = Adjudication.objects.filter(is_current=True).exclude(safety_flag="").order_by()
    others = Item.objects.filter(Q(pk__in=flagged) | Q(pk__in=settled.values("item")))
    others = others.exclude(pk__in=own.values("pk"))
    found: dict[str, Flag] = {}
    for row in read_evidence(others):
        flag = Flag(row.open_safety_flag, row.adjudicated)
        if row.flagged and _worse(flag, found.get(row.trace)):
            found[row.trace] = flag
    return found


def _worse(flag: Flag, other: Flag | None) -> bool:
    """An unsettled flag is worse than any settled one."""
    severities = Grade.SafetyFlag.values
    return other is None or (not flag.adjudicated, severities.index(flag.severity)) > (
        not other.adjudicated,
        severities.index(other.severity),
    )
