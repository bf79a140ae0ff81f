"""The audit and the login log, for leads and auditors."""

from collections.abc import Callable
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pipeline.accounts.roles import Role, SignedInRequest, role_required
from review import access
from review.audit.wording import told_events
from review.forms.people import AuditForm, LoginsForm

PAGE_SIZE = 50


@require_GET
@role_required(Role.LEAD)
def audit(request: SignedInRequest) -> HttpResponse:
    """Every change that matters, newest first."""
    form = AuditForm(request.GET)
    form.is_valid()  # a value that is not among the choices filters nothing
    chosen = {name: value for name, value in form.cleaned_data.items() if value}
    events = access.events_for(request.user)
    if chain := chosen.get("chain"):
        events = events.filter(chain__name=chain)
    if actor := chosen.get("actor"):
        events = events.filter(actor=actor)
    if action := chosen.get("action"):
        events = events.filter(action=action)
    return _list_page(request, "review/audit.html", events, form, told=told_events)


@require_GET
@role_required(Role.LEAD)
def logins(request: SignedInRequest) -> HttpResponse:
    """Who signed in, failed to, signed out."""
    form = LoginsForm(request.GET)
    form.is_valid()
    chosen = {name: value for name, value in form.cleaned_data.items() if value}
    rows = access.logins_for(request.user).filter(**chosen)
    return _list_page(request, "review/logins.html", rows, form)


def _list_page(
    request: SignedInRequest,
    template: str,
    rows: QuerySet[Any],
    form: AuditForm | LoginsForm,
    *,
    told: Callable[[Any], list[Any]] = list,
) -> HttpResponse:
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, template, {"form": form, "page": page, "rows": told(page)})
