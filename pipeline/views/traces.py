"""Traces: a batch's list, and one trace from mention to verdict."""

import re
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pipeline import access, store
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.models import Trace
from pipeline.trace_page.assessment import trace_assessment
from pipeline.trace_page.layout import trace_view
from pipeline.trace_page.path_graph import FORMATS, path_file
from pipeline.trace_page.provenance import trace_provenance

PAGE_SIZE = 50
REASON = re.compile(r"[^a-z_]")
OUTCOMES: dict[str, dict[str, Any]] = {
    "all": {},
    "kept": {"kept": True},
    "discarded": {"kept": False},
    "failed": {"state": Trace.State.FAILED},
    "open": {"state__in": (Trace.State.PENDING, Trace.State.CLAIMED)},
}


@require_GET
@role_required(Role.LEAD)
def trace_list(request: SignedInRequest, batch_id: int) -> HttpResponse:
    """The current traces of a batch, by outcome, failure reason and arm."""
    batch = access.batch_for(request.user, batch_id)
    outcome = request.GET.get("outcome", "all")
    reason = REASON.sub("", request.GET.get("reason", ""))
    arm = _arm(request.GET.get("arm", ""))
    rows = _filtered(access.traces_for(request.user, batch_id).filter(arm=arm), outcome, reason)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "batch": batch,
        "page": page,
        "outcome": outcome,
        "reason": reason,
        "outcomes": list(OUTCOMES),
        "arm": arm,
        "arms": Trace.Arm.choices if batch.placebo_share else [],
        "query": urlencode({"outcome": outcome, "reason": reason, "arm": arm}) + "&",
    }
    return render(request, "pipeline/trace_list.html", context)


def _arm(name: str) -> str:
    """The arm of this name, that towards the answer key where there is none."""
    return name if name in Trace.Arm.values else Trace.Arm.KEY


def _filtered(rows: QuerySet[Trace], outcome: str, reason: str) -> QuerySet[Trace]:
    rows = rows.filter(is_current=True, **OUTCOMES.get(outcome, {})).defer("record")
    return rows.filter(failure_reason=reason) if reason else rows


@require_GET
@role_required(Role.LEAD)
def trace_detail(request: SignedInRequest, key: str) -> HttpResponse:
    """One trace: the way from mention to verdict, or to its failure."""
    row = access.trace_for(request.user, key)
    trace = store.trace_record(row) if row.record else None
    view = trace_view(trace) if trace else None
    context = {
        "row": row,
        "trace": trace,
        "attempts": access.attempts_of(row),
        "view": view,
        "assessment": trace_assessment(trace, view) if trace and view else None,
        "provenance": trace_provenance(trace, row.batch) if trace else None,
        "calls": access.calls_for(request.user, row),
        "may_mark": (
            Role.LEAD in request.roles and row.state == Trace.State.MADE and not row.is_placebo
        ),
    }
    return render(request, "pipeline/trace_detail.html", context)


@require_GET
@role_required(Role.LEAD)
def trace_paths(request: SignedInRequest, key: str, form: str) -> HttpResponse:
    """The trace's paths as a file, GraphML or node-link JSON."""
    row = access.trace_for(request.user, key)
    if not row.record:
        raise Http404
    content = path_file(store.trace_record(row), form)
    response = HttpResponse(content, content_type=FORMATS[form])
    response["Content-Disposition"] = f'attachment; filename="paths-{row.key}.{form}"'
    return response
