"""Home by role, and the health check."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from pipeline.accounts.roles import Role, roles_of

HOME = (
    (Role.LEAD, "review:home"),
    (Role.AUDITOR, "pipeline:batches"),
    (Role.REVIEWER, "review:desk"),
    (Role.ADJUDICATOR, "review:adjudication"),
)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Send everyone to where their work is."""
    if not request.user.is_authenticated:
        return redirect("account_login")
    roles = roles_of(request.user)
    for role, name in HOME:
        if role in roles:
            return redirect(name)
    return render(request, "no_role.html", status=403)


@never_cache
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether this process serves and reaches its database; says nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
