"""Corrections: an item's whole chain of thought put right, beside the original."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from pipeline import store
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.refusals import refusals_on, status_of
from review import access
from review.adjudication.corrections import approve_correction, to_correct
from review.forms.corrections import CorrectionForm


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD, Role.ADJUDICATOR)
def correct(request: SignedInRequest, code: str) -> HttpResponse:
    """Edit the corrected chain of thought and approve it whole."""
    item = access.item_to_settle(request.user, code)
    form = CorrectionForm(request.POST or None, shown=to_correct(item))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            approve_correction(
                item,
                steps=form.steps(),
                conclusion=form.cleaned_data["conclusion"],
                seen=form.cleaned_data["seen"],
                by=request.user,
            )
            messages.success(
                request, "Corrected chain of thought approved.", extra_tags=f"correction-{code}"
            )
            return redirect("review:adjudication_item", code)
    context = {
        "item": item,
        "study": item.study,
        "form": form,
        "question": store.trace_record(item.trace).question,
        "show_answer_key": True,
        "may_correct": bool(request.roles & {Role.LEAD, Role.ADJUDICATOR}),
    }
    return render(request, "review/correction.html", context, status=status_of(form))
