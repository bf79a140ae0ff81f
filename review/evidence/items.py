"""Evidence: what is known of a study's items, as plain records without rows.

Policies weigh it, reports count it, releases freeze it. Items are read in blocks, so that memory
does not grow with the study.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from pipeline import store
from pipeline.core.features import TraceFeatures
from pipeline.models import Trace
from pipeline.sources.publication import PublicationTerms
from pipeline.statistics.consensus import Consensus, Rating, consensus
from pipeline.statistics.step_labels import step_consensus
from review.evidence.corrected_keys import outdated_keys
from review.evidence.grade_records import GradeRecord, ItemGrades, grades_by_item
from review.evidence.key_disputes import key_exclusion
from review.evidence.waiting import Wait, missing_grades, wait_of
from review.models import Adjudication, Decline, Grade, Item, KeyRuling, SendBack, Study

BLOCK_SIZE = 500
_SEVERITY = Grade.SafetyFlag.values  # from none to severe


@dataclass(frozen=True, slots=True)
class Evidence:
    """One item, its trace and its grades.

    `grades` are current and blind; `independent` those that agreement is measured on, from
    before anyone sent one back. `consensus` is None while the item is not settled.
    `key_exclusion` says why the answer key keeps the item out of releases, `licence_exclusion`
    why it may not be published, `open_safety_flag` how severe the worst standing flag is; each
    is empty where there is none. `arm` is the trace's: of a placebo, whose key is none, doubts
    and rulings do not count.
    `unanswered` says why there is no label; control items, repeats and placebos never have one.
    `waits_for` says what may still change the label, or give one (`review.evidence.waiting`).
    """

    item: int
    code: str
    kind: str
    trace: str
    question: int
    source: str
    specialty: str
    stratum: str
    probability: float | None
    phase: int
    kept: bool
    features: TraceFeatures
    grades: tuple[GradeRecord, ...]
    independent: tuple[GradeRecord, ...]
    consensus: Consensus | None
    adjudicated: bool
    key_exclusion: str
    open_safety_flag: str
    sent_back: bool
    declines: int
    licence_exclusion: str
    expected: dict[str, Any] | None = None
    repeat_of: int | None = None
    settled_steps: tuple[str, ...] = ()
    arm: str = Trace.Arm.KEY
    waits_for: Wait = ""

    @property
    def step_labels(self) -> tuple[str, ...]:
        """The panel's label of each step, in order: the adjudicator's where they were settled."""
        labels = [[label for _, label in grade.steps] for grade in self.grades]
        return self.settled_steps or step_consensus(labels)

    @property
    def ratings(self) -> list[Rating]:
        """The ratings of those who could judge."""
        return [grade.rating for grade in self.grades if grade.rating is not None]

    @property
    def flagged(self) -> bool:
        """Whether a safety flag stands."""
        return bool(self.open_safety_flag)

    @property
    def unanswered(self) -> str:
        """Why the item has no consensus that counts; empty where it has one."""
        if self.key_exclusion:
            return self.key_exclusion
        if self.consensus is not None:
            return ""
        if self.ratings or self.flagged:
            return "not adjudicated"
        if self.grades:
            return "cannot judge"
        return "declined" if self.declines else "not graded"

    @property
    def acceptable(self) -> float | None:
        """1 when the consensus accepts, 0 when not, None for an item without an answer."""
        if self.unanswered or self.consensus is None:
            return None
        return float(self.consensus.decision == Grade.Decision.ACCEPT)


def sampled_evidence(study: Study) -> Iterator[Evidence]:
    """The evidence of a study's sampled items: no control item, repeat or placebo counts."""
    return read_evidence(Item.objects.filter(study=study, kind=Item.Kind.SAMPLED))


def read_evidence(items: QuerySet[Item]) -> Iterator[Evidence]:
    """The evidence of any items, in the order of their numbers, a block at a time."""
    last, terms = 0, PublicationTerms()
    while block := list(_rows(items.filter(pk__gt=last))[:BLOCK_SIZE]):
        yield from _evidence_of_block(block, terms)
        last = block[-1].pk


def _rows(items: QuerySet[Item]) -> QuerySet[Item]:
    asked = SendBack.objects.waiting().filter(grade__item=OuterRef("pk"))
    return (
        items.annotate(sent_back=Exists(asked))
        .select_related("trace__question__question_set")
        .defer("trace__record", "trace__question__text", "trace__question__context")
        .order_by("pk")
    )


def _evidence_of_block(block: Sequence[Item], terms: PublicationTerms) -> Iterator[Evidence]:
    item_ids = [item.pk for item in block]
    grades = grades_by_item(item_ids)
    settled = _settled(item_ids)
    rulings = _rulings({item.trace.question_id for item in block})
    declines = _declines(item_ids)
    incomplete = missing_grades(item_ids)
    right_keys = outdated_keys(item.trace_id for item in block)
    for item in block:
        yield _evidence_of(
            item,
            grades.get(item.pk, ItemGrades()),
            settled.get(item.pk),
            rulings.get(item.trace.question_id),
            declines.get(item.pk, 0),
            incomplete=item.pk in incomplete,
            licence_exclusion=terms.refusal(item.trace),
            right_key=right_keys.get(item.trace_id, ""),
        )


def _evidence_of(
    item: Item,
    grades: ItemGrades,
    settled: Adjudication | None,
    ruling: KeyRuling | None,
    declines: int,
    *,
    incomplete: bool,
    licence_exclusion: str,
    right_key: str,
) -> Evidence:
    holds = _holds(settled)
    agreed, flag = _consensus(settled, grades, holds), _open_safety_flag(settled, grades, holds)
    question_set = item.trace.question.question_set
    return Evidence(
        item=item.pk,
        code=item.code,
        kind=item.kind,
        trace=str(item.trace.key),
        question=item.trace.question_id,
        source=question_set.source,
        specialty=item.trace.question.specialty,
        stratum=item.stratum,
        probability=item.inclusion_probability,
        phase=item.phase,
        kept=bool(item.trace.kept),
        features=store.trace_features(item.trace.features),
        grades=grades.current,
        independent=grades.independent,
        consensus=agreed,
        adjudicated=holds,
        key_exclusion=_key_exclusion(item, grades, settled, ruling, right_key),
        open_safety_flag=flag,
        sent_back=item.sent_back,  # type: ignore[attr-defined]
        declines=declines,
        licence_exclusion=licence_exclusion,
        expected=item.expected,
        repeat_of=item.repeat_of_id,
        settled_steps=_settled_steps(settled) if settled is not None and holds else (),
        arm=item.trace.arm,
        waits_for=wait_of(
            judged=agreed is not None
            or any(grade.rating for grade in grades.current)
            or bool(flag),
            settled=agreed is not None,
            adjudicated=holds,
            sent_back=item.sent_back,  # type: ignore[attr-defined]
            incomplete=incomplete,
        ),
    )


def _holds(settled: Adjudication | None) -> bool:
    """Whether the adjudication is the last word on its item."""
    return settled is not None and not settled.overtaken  # type: ignore[attr-defined]


def _key_exclusion(
    item: Item,
    grades: ItemGrades,
    settled: Adjudication | None,
    ruling: KeyRuling | None,
    right_key: str,
) -> str:
    if item.trace.is_placebo:
        return ""
    return key_exclusion(ruling, _doubts(grades, settled), right_key=right_key) or ""


def _settled_steps(settled: Adjudication) -> tuple[str, ...]:
    """In the order of the steps; empty where the adjudicator settled none."""
    labels = sorted((int(step), label) for step, label in settled.step_labels.items())
    return tuple(label for _, label in labels)


def _consensus(settled: Adjudication | None, grades: ItemGrades, holds: bool) -> Consensus | None:
    """The adjudicated consensus where there is one, else that of agreeing, unflagged grades."""
    if settled is not None and holds:
        return Consensus(
            float(settled.precision),
            float(settled.coherence),
            settled.decision,
            "adjudicated",
            len(grades.current),
        )
    if settled is not None or any(grade.safety_flag for grade in grades.warnings):
        return None
    return consensus([grade.rating for grade in grades.current if grade.rating])


def _open_safety_flag(settled: Adjudication | None, grades: ItemGrades, holds: bool) -> str:
    """The adjudicator's flag where the item is settled, else the worst that was raised."""
    if settled is not None and holds:
        return settled.safety_flag
    return max((grade.safety_flag for grade in grades.warnings), key=_SEVERITY.index, default="")


def _doubts(grades: ItemGrades, settled: Adjudication | None) -> list[Any]:
    doubts = [grade.submitted_at for grade in grades.warnings if grade.answer_key_disputed]
    if settled is not None and settled.answer_key_disputed:
        doubts.append(settled.decided_at)
    return doubts


def _settled(items: Sequence[int]) -> dict[int, Adjudication]:
    rows = Adjudication.objects.filter(is_current=True, item__in=items)
    return {row.item_id: row for row in rows.with_overtaken()}


def _rulings(questions: set[int]) -> dict[int, KeyRuling]:
    rows = KeyRuling.objects.filter(is_current=True, question__in=questions)
    return {row.question_id: row for row in rows}


def _declines(items: Sequence[int]) -> dict[int, int]:
    return Counter(Decline.objects.filter(item__in=items).values_list("item", flat=True))
