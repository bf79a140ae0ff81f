"""Lists of traces, those of one batch and those of all, searched and counted."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pipeline import access
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.forms.search import TraceSearchForm
from pipeline.lists.questions import specialties_of
from pipeline.lists.traces import (
    OUTCOMES,
    count_by_outcome,
    failure_reasons,
    search_traces,
    with_outcome,
)
from pipeline.models import Batch, Question, Trace

PAGE_SIZE = 50
HEAVY = ("record", "features", "question__context", "question__long_answer", "batch__config")


@require_GET
@role_required(Role.LEAD)
def trace_list(request: SignedInRequest, batch_id: int) -> HttpResponse:
    """The current traces of a batch."""
    batch = access.batch_for(request.user, batch_id)
    rows = access.traces_for(request.user, batch_id)
    asked = batch.question_set.questions.all()
    placebos = batch.placebo_share > 0
    return _list(request, rows, asked, sources=[], batch=batch, has_placebos=placebos)


@require_GET
@role_required(Role.LEAD)
def all_traces(request: SignedInRequest) -> HttpResponse:
    """The current traces of all batches, without trials, which count in no figure."""
    sets = access.question_sets_for(request.user).filter(batches__isnull=False)
    sources = list(sets.order_by("source").values_list("source", flat=True).distinct())
    asked = Question.objects.filter(question_set__in=sets)
    placebos = access.batches_for(request.user).filter(placebo_share__gt=0).exists()
    rows = access.all_traces_for(request.user).filter(batch__is_trial=False)
    return _list(request, rows, asked, sources=sources, batch=None, has_placebos=placebos)


def _list(
    request: SignedInRequest,
    rows: QuerySet[Trace],
    asked: QuerySet[Question],
    *,
    sources: list[str],
    batch: Batch | None,
    has_placebos: bool,
) -> HttpResponse:
    outcome, arm = _outcome(request.GET), _arm(request.GET)
    form = TraceSearchForm(
        request.GET,
        sources=sources,
        reasons=failure_reasons(rows),
        specialties=specialties_of(asked),
    )
    # What cannot be understood finds nothing: all traces would look like an answer.
    found = search_traces(rows, form.search(arm=arm)) if form.is_valid() else rows.none()
    counts = count_by_outcome(found)
    context = {
        "batch": batch,
        "form": form,
        "page": _page(with_outcome(found, outcome), counts[outcome], request.GET.get("page")),
        "outcome": outcome,
        "outcomes": [(name, size) for name, size in counts.items() if size or name != "cancelled"],
        "arm": arm,
        "arms": Trace.Arm.choices if has_placebos else [],
        "kept": [("outcome", outcome), ("arm", arm)],
    }
    return render(request, "pipeline/trace_list.html", context)


def _page(rows: QuerySet[Trace], size: int, number: str | None) -> Page[Any]:
    """One page of the rows, whose number is known: the database need not count them again."""
    paginator = Paginator(rows.defer(*HEAVY), PAGE_SIZE)
    paginator.__dict__["count"] = size
    return paginator.get_page(number)


def _outcome(data: QueryDict) -> str:
    name = data.get("outcome", "")
    return name if name in OUTCOMES else "all"


def _arm(data: QueryDict) -> str:
    """The arm asked for, that towards the answer key where there is none of this name."""
    name = data.get("arm", "")
    return name if name in Trace.Arm.values else Trace.Arm.KEY
