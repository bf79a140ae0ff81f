"""Control items: list, mark a trace, retire."""

from uuid import UUID

from django.contrib import messages
from django.forms import model_to_dict
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pipeline import access as pipeline_access
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.refusals import refusals_on, status_of
from review import access
from review.forms.controls import ControlForm
from review.grading.controls import mark_control, retire_control
from review.models import Control


@require_GET
@role_required(Role.LEAD)
def control_list(request: SignedInRequest) -> HttpResponse:
    """All controls, newest first."""
    context = {
        "controls": access.controls_for(request.user),
        "may_mark": Role.LEAD in request.roles,
    }
    return render(request, "review/control_list.html", context)


@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def control_mark(request: SignedInRequest, key: UUID) -> HttpResponse:
    """Say what one trace's grades should be."""
    trace = pipeline_access.trace_for(request.user, str(key))
    known = Control.objects.filter(trace=trace).first()
    form = ControlForm(request.POST or None, initial=model_to_dict(known) if known else {})
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            mark_control(trace, expected=form.expected(), by=request.user)
            messages.success(request, "Marked as a control item for future studies.")
            return redirect("review:controls")
    context = {"trace": trace, "form": form}
    return render(request, "review/control_mark.html", context, status=status_of(form))


@require_POST
@role_required(Role.LEAD)
def control_retire(request: SignedInRequest, control_id: int) -> HttpResponse:
    """Put a control into no further study."""
    control = get_object_or_404(access.controls_for(request.user), pk=control_id)
    retire_control(control, by=request.user)
    return redirect("review:controls")
