"""Disputes: questions whose answer key is doubted, and the lead's ruling."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from pipeline import store
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.refusals import refusals_on, status_of
from review import access
from review.evidence.key_disputes import dispute_of, disputes, releases_with, rule_on_key
from review.forms.adjudication import RulingForm


@never_cache
@require_GET
@role_required(Role.LEAD)
def dispute_list(request: SignedInRequest) -> HttpResponse:
    """Every disputed question, open ones first."""
    return render(request, "review/dispute_list.html", {"disputes": disputes()})


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def dispute(request: SignedInRequest, question_id: int) -> HttpResponse:
    """One disputed question: who doubts its key and why; the lead rules with a reason."""
    question = access.disputed_question_for(request.user, question_id)
    dispute_row = dispute_of(question)
    if dispute_row is None:
        raise Http404
    form = RulingForm(request.POST or None, initial={"seen": dispute_row.seen})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            rule_on_key(question, **form.cleaned_data, by=request.user)
            messages.success(request, "Ruling saved.")
            return redirect("review:disputes")
    context = {
        "dispute": dispute_row,
        "form": form,
        "question": store.question_record(question),
        "earlier": question.key_rulings.select_related("ruled_by").order_by("-revision"),
        "releases": releases_with(question),
        "may_rule": Role.LEAD in request.roles,
    }
    return render(request, "review/dispute.html", context, status=status_of(form))
