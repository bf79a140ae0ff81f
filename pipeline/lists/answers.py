"""Search of an evaluation's answers: by question, stage, order of the options and outcome."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from pipeline.lists.questions import asked_like
from pipeline.models import EvaluationItem

MADE = Q(state=EvaluationItem.State.MADE)
RIGHT = MADE & Q(label=F("key_label"))
READ = MADE & ~Q(letter="")
OUTCOMES = {
    "all": Q(),
    "read": READ,
    "right": RIGHT,
    "wrong": READ & ~Q(label=F("key_label")),
    "unread": MADE & Q(letter=""),
    "no_output": Q(state=EvaluationItem.State.FAILED),
    "open": Q(state__in=(EvaluationItem.State.PENDING, EvaluationItem.State.CLAIMED)),
    "cancelled": Q(state=EvaluationItem.State.CANCELLED),
}


@dataclass(frozen=True, kw_only=True)
class AnswerSearch:
    """What is looked for; an empty term asks for nothing. `order` counts from 0, as stated."""

    text: str = ""
    stage: str = ""
    order: int | None = None


def search_answers(
    rows: QuerySet[EvaluationItem], search: AnswerSearch
) -> QuerySet[EvaluationItem]:
    """Those of `rows` that meet every term, in the order in which they are asked."""
    if search.text:
        rows = rows.filter(asked_like(search.text, prefix="question__"))
    if search.stage:
        rows = rows.filter(stage=search.stage)
    if search.order is not None:
        rows = rows.filter(order_index=search.order)
    return rows.order_by("pk")


def with_outcome(rows: QuerySet[EvaluationItem], outcome: str) -> QuerySet[EvaluationItem]:
    """Those that ended so; an outcome of OUTCOMES."""
    return rows.filter(OUTCOMES[outcome])


def count_by_outcome(rows: QuerySet[EvaluationItem]) -> dict[str, int]:
    """How many of `rows` ended how, in one query."""
    counts = {name: Count("pk", filter=which) for name, which in OUTCOMES.items()}
    by_name: dict[str, int] = rows.order_by().aggregate(**counts)
    return by_name


def neighbours(
    rows: QuerySet[EvaluationItem], item: EvaluationItem
) -> tuple[UUID | None, UUID | None]:
    """The keys of the answers before and after this one in a list, None at its ends."""
    keys = rows.values_list("key", flat=True)
    return (
        keys.filter(pk__lt=item.pk).order_by("-pk").first(),
        keys.filter(pk__gt=item.pk).order_by("pk").first(),
    )
