"""One trace, from mention to verdict."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pipeline import access, store
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.models import Trace
from pipeline.sources.key_corrections import has_outdated_key
from pipeline.trace_page.assessment import trace_assessment
from pipeline.trace_page.layout import trace_view
from pipeline.trace_page.path_graph import FORMATS, path_file
from pipeline.trace_page.provenance import trace_provenance


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
        "key_corrected": bool(trace) and not row.is_placebo and has_outdated_key(row),
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
