"""Send-backs: a grade returned to its grader with a comment, answered by amending or in words."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from pipeline.core.errors import Conflict
from pipeline.models import Event
from review.models import Grade, Item, Reviewer, SendBack, Study


def send_back(item: Item, *, grades: Sequence[Grade], comment: str, by: User) -> list[SendBack]:
    """Ask the graders of these grades to look at the item again; each sees only the comment.

    Raises Conflict once the study is closed, for a grade that has been amended, and while
    an earlier request waits.
    """
    with transaction.atomic():
        # The study's row keeps it from closing meanwhile, and orders requests.
        study = Study.objects.select_for_update().get(pk=item.study_id)
        if study.state == Study.State.CLOSED:
            raise Conflict("The study is closed: grades cannot be changed.")
        return [_ask(item, grade, comment, by) for grade in grades]


def _ask(item: Item, grade: Grade, comment: str, by: User) -> SendBack:
    if not Grade.objects.filter(pk=grade.pk, item=item, is_current=True).exists():
        raise Conflict("A grade was changed meanwhile: look again.")
    waiting = SendBack.objects.waiting().filter(grade=grade)
    if waiting.exists():
        raise Conflict("The item was sent back before and the answer is still to come.")
    request = SendBack.objects.create(grade=grade, comment=comment, asked_by=by)
    Event.objects.record(
        "grade.sent_back",
        request,
        by=by,
        chain=item.study.event_chain,
        item=item.code,
        revision=grade.revision,
        comment=comment,
    )
    return request


def waiting_for(reviewer: Reviewer) -> QuerySet[SendBack]:
    """What was sent back to the reviewer and waits for them, oldest first."""
    return (
        SendBack.objects.waiting()
        .filter(grade__reviewer=reviewer)
        .select_related("grade__item__study", "grade__item__trace__question")
        .order_by("pk")
    )


def stand_by(request: SendBack, *, reviewer: Reviewer, reply: str) -> SendBack:
    """Answer a request without amending: the grade stands, for the reason given.

    Raises Conflict when it has been answered, or an adjudication has closed it.
    """
    with transaction.atomic():
        closed = SendBack.objects.filter(
            pk=request.pk, grade__reviewer=reviewer, closed_at__isnull=True
        )
        if not closed.update(reply=reply, closed_at=timezone.now()):
            raise Conflict("This has been answered or settled meanwhile.")
        request.refresh_from_db()
        Event.objects.record(
            "grade.stood_by",
            request,
            by=reviewer.user,
            chain=request.grade.item.study.event_chain,
            item=request.grade.item.code,
            revision=request.grade.revision,
            reply=reply,
        )
    return request
