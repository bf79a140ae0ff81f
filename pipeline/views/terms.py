"""Terms: a lead corrects licence and leave of a question set, a graph, or an endpoint's output."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from pipeline import access
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.forms.terms import TermsForm
from pipeline.refusals import refusals_on, status_of
from pipeline.sources.terms import WithTerms, set_terms


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def question_set_terms(request: SignedInRequest, name: str) -> HttpResponse:
    """Correct the terms of a question set."""
    row = access.question_set_for(request.user, name)
    return _page(request, row, "the questions", reverse("pipeline:question_set", args=[name]))


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def knowledge_graph_terms(request: SignedInRequest, graph_id: int) -> HttpResponse:
    """Correct the terms of a graph."""
    row = access.knowledge_graph_for(request.user, graph_id)
    return _page(request, row, "the graph", reverse("pipeline:knowledge_graphs"))


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def endpoint_terms(request: SignedInRequest, name: str) -> HttpResponse:
    """Correct the terms of what an endpoint's model writes."""
    row = access.endpoint_for(request.user, name)
    return _page(request, row, "what the model writes at", reverse("pipeline:endpoints"))


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def batch_terms(request: SignedInRequest, batch_id: int) -> HttpResponse:
    """Correct the terms of the texts of an imported batch."""
    row = access.imported_batch_for(request.user, batch_id)
    return _page(request, row, "the texts of", reverse("pipeline:batch", args=[row.pk]))


def _page(request: SignedInRequest, row: WithTerms, of_what: str, back: str) -> HttpResponse:
    form = TermsForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            set_terms(
                row,
                terms=form.terms(),
                shown=form.shown(),
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
            messages.success(request, f"The terms of {of_what} {row} are stated.")
            return redirect(back)
    context = {"form": form, "row": row, "of_what": of_what, "back": back}
    return render(request, "pipeline/terms.html", context, status=status_of(form))
