"""Endpoints of language models: list, enter, change, test, take out of use."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pipeline import access
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.core.errors import EndpointRefused, ReasonerFailure
from pipeline.endpoints.api_keys import key_source
from pipeline.endpoints.dialect_words import answer_format_of, dialect_parts, findings_of
from pipeline.endpoints.registry import NO_KEY, change_endpoint, create_endpoint, set_active
from pipeline.forms.endpoints import EndpointForm
from pipeline.ledger.probe import probe_endpoint
from pipeline.models import Endpoint
from pipeline.refusals import refusals_on, status_of


@require_GET
@role_required(Role.LEAD)
def endpoint_list(request: SignedInRequest) -> HttpResponse:
    """All endpoints: what they are, where their keys come from, whether they answer."""
    rows = [
        {
            "endpoint": row,
            "key": key_source(row),
            "answer_format": answer_format_of(row),
            "dialect": () if row.role == Endpoint.Role.EMBEDDINGS else dialect_parts(row),
            "open": _open_circuit(row),
            "may_be_evaluated": row.is_active and row.role != Endpoint.Role.EMBEDDINGS,
        }
        for row in access.endpoints_for(request.user).annotate(evaluated=Count("evaluations"))
    ]
    context = {"rows": rows, "may_change": Role.LEAD in request.roles}
    return render(request, "pipeline/endpoint_list.html", context)


@sensitive_post_parameters("key")
@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
@sensitive_variables("form")
def endpoint_new(request: SignedInRequest) -> HttpResponse:
    """Add an endpoint."""
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            create_endpoint(
                form.cleaned_data["name"],
                terms=form.terms(),
                key=form.given_key() or NO_KEY,
                by=request.user,
            )
            return redirect("pipeline:endpoints")
    return _form_page(request, form)


@sensitive_post_parameters("key")
@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
@sensitive_variables("form")
def endpoint_change(request: SignedInRequest, name: str) -> HttpResponse:
    """Change an endpoint; another base URL needs the key again."""
    endpoint = access.endpoint_for(request.user, name)
    form = EndpointForm(request.POST or None, endpoint=endpoint)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            change_endpoint(endpoint, terms=form.terms(), key=form.given_key(), by=request.user)
            return redirect("pipeline:endpoints")
    return _form_page(request, form)


@require_POST
@role_required(Role.LEAD)
def endpoint_test(request: SignedInRequest, name: str) -> HttpResponse:
    """Ask the endpoint small questions, and remember how it wants to be asked."""
    endpoint = access.endpoint_for(request.user, name)
    try:
        messages.success(request, findings_of(probe_endpoint(endpoint)))
    except (EndpointRefused, ReasonerFailure) as error:
        # Where it was changed meanwhile, its card tells nothing of this test.
        on_its_card = f"The test of {endpoint} failed: its card says why."
        messages.error(request, on_its_card if endpoint.test_error else str(error))
    return redirect("pipeline:endpoints")


@require_POST
@role_required(Role.LEAD)
def endpoint_steer(request: SignedInRequest, name: str, action: str) -> HttpResponse:
    """Take an endpoint out of use, or back into it."""
    endpoint = access.endpoint_for(request.user, name)
    set_active(endpoint, active=action == "activate", by=request.user)
    return redirect("pipeline:endpoints")


def _form_page(request: SignedInRequest, form: EndpointForm) -> HttpResponse:
    return render(request, "pipeline/endpoint_form.html", {"form": form}, status=status_of(form))


def _open_circuit(endpoint: Endpoint) -> str:
    """Why nothing is sent to the endpoint at present; empty while its circuit is closed."""
    pace = getattr(endpoint, "pace", None)
    if pace is None or pace.open_until is None or pace.open_until <= timezone.now():
        return ""
    return pace.open_reason or "It failed too often."
