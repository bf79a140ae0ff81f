"""Evidence: what a study's items have come to, as plain records without rows.

Policies weigh it, reports count it, releases freeze it. Items are read in blocks, so the memory
that takes does not grow with the study.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from pipeline import store
from pipeline.core.features import TraceFeatures
from pipeline.statistics.consensus import Consensus, Rating, consensus
from pipeline.statistics.step_labels import step_consensus
from review.evidence.grade_records import GivenGrade, Said, said_of
from review.evidence.key_disputes import left_out
from review.models import Adjudication, Decline, Grade, Item, KeyRuling, SendBack, Study

ITEMS_AT_ONCE = 500
_SEVERITY = Grade.SafetyFlag.values  # from none to severe


@dataclass(frozen=True, slots=True)
class Evidence:
    """One item, its trace and what raters said of it.

    `grades` are current and blind; `independent` those that agreement is measured on, from
    before anyone sent one back. `consensus` is None while the item is not settled. `key` says
    why the answer key keeps the item out of releases, `harm` how severe a standing safety flag
    is (the worst, where several stand), `licence` why it may not be published; each is empty
    where nothing does.
    `unanswered` says why there is no label; control items and repeats never have one.
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
    grades: tuple[GivenGrade, ...]
    independent: tuple[GivenGrade, ...]
    consensus: Consensus | None
    adjudicated: bool
    key: str
    harm: str
    sent_back: bool
    declines: int
    licence: str
    expected: dict[str, Any] | None = None
    repeat_of: int | None = None
    settled_steps: tuple[str, ...] = ()

    @property
    def step_labels(self) -> tuple[str, ...]:
        """The panel's label of each step, in order: the adjudicator's where they were settled."""
        given = [[label for _, label in grade.steps] for grade in self.grades]
        return self.settled_steps or step_consensus(given)

    @property
    def ratings(self) -> list[Rating]:
        """The ratings of those who could judge."""
        return [grade.rating for grade in self.grades if grade.rating is not None]

    @property
    def flagged(self) -> bool:
        """Whether a safety flag stands."""
        return bool(self.harm)

    @property
    def unanswered(self) -> str:
        """Why the item has no consensus that counts; empty where it has one."""
        if self.key:
            return self.key
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
    """The evidence of a study's sampled items: control items and repeats never count."""
    return read_evidence(Item.objects.filter(study=study, kind=Item.Kind.SAMPLED))


def read_evidence(items: QuerySet[Item]) -> Iterator[Evidence]:
    """The evidence of any items, in the order of their numbers, a block at a time."""
    last = 0
    while block := list(_rows(items.filter(pk__gt=last))[:ITEMS_AT_ONCE]):
        yield from _evidence(block)
        last = block[-1].pk


def _rows(items: QuerySet[Item]) -> QuerySet[Item]:
    asked = SendBack.objects.waiting().filter(grade__item=OuterRef("pk"))
    return (
        items.annotate(sent_back=Exists(asked))
        .select_related("trace__question__question_set")
        .defer("trace__record", "trace__question__text", "trace__question__context")
        .order_by("pk")
    )


def _evidence(block: Sequence[Item]) -> Iterator[Evidence]:
    numbers = [item.pk for item in block]
    grades = said_of(numbers)
    settled = _settled(numbers)
    rulings = _rulings({item.trace.question_id for item in block})
    declines = _declines(numbers)
    for item in block:
        said = grades.get(item.pk, Said())
        yield _one(
            item,
            said,
            settled.get(item.pk),
            rulings.get(item.trace.question_id),
            declines.get(item.pk, 0),
        )


def _one(
    item: Item, said: Said, settled: Adjudication | None, ruling: KeyRuling | None, declines: int
) -> Evidence:
    questions = item.trace.question.question_set
    holds = settled is not None and not settled.overtaken  # type: ignore[attr-defined]
    return Evidence(
        item=item.pk,
        code=item.code,
        kind=item.kind,
        trace=str(item.trace.key),
        question=item.trace.question_id,
        source=questions.source,
        specialty=item.trace.question.specialty,
        stratum=item.stratum,
        probability=item.inclusion_probability,
        phase=item.phase,
        kept=bool(item.trace.kept),
        features=store.trace_features(item.trace.features),
        grades=said.current,
        independent=said.independent,
        consensus=_consensus(settled, said, holds),
        adjudicated=holds,
        key=left_out(ruling, _doubts(said, settled)) or "",
        harm=_harm(settled, said, holds),
        sent_back=item.sent_back,  # type: ignore[attr-defined]
        declines=declines,
        licence=_licence(questions.may_be_released, questions.is_benchmark),
        expected=item.expected,
        repeat_of=item.repeat_of_id,
        settled_steps=_settled_steps(settled) if settled is not None and holds else (),
    )


def _settled_steps(settled: Adjudication) -> tuple[str, ...]:
    """In the order of the steps; empty where the adjudicator settled none."""
    labels = sorted((int(step), label) for step, label in settled.step_labels.items())
    return tuple(label for _, label in labels)


def _licence(may_be_released: bool, is_benchmark: bool) -> str:
    if is_benchmark:
        return "benchmark question"
    return "" if may_be_released else "licence does not permit publication"


def _consensus(settled: Adjudication | None, said: Said, holds: bool) -> Consensus | None:
    """The adjudicated consensus where there is one, else that of agreeing, unflagged grades."""
    if settled is not None and holds:
        return Consensus(
            float(settled.precision),
            float(settled.coherence),
            settled.decision,
            "adjudicated",
            len(said.current),
        )
    if settled is not None or any(one.safety_flag for one in said.warnings):
        return None
    return consensus([one.rating for one in said.current if one.rating])


def _harm(settled: Adjudication | None, said: Said, holds: bool) -> str:
    """An adjudicator's word on harm counts; until there is one, the worst flag does."""
    if settled is not None and holds:
        return settled.safety_flag
    return max((one.safety_flag for one in said.warnings), key=_SEVERITY.index, default="")


def _doubts(said: Said, settled: Adjudication | None) -> list[Any]:
    doubts = [one.submitted_at for one in said.warnings if one.answer_key_disputed]
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
    counted: dict[int, int] = defaultdict(int)
    for item in Decline.objects.filter(item__in=items).values_list("item", flat=True):
        counted[item] += 1
    return counted
