"""Roles, and the only way to fetch a pipeline row for a user.

Lead: the admin of the work. Reviewer and adjudicator: clinicians, whose rows review.access
fetches. Auditor: reads what a lead reads and changes nothing.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import Any, cast

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import Group, User
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from pipeline.models import (
    Batch,
    Endpoint,
    KnowledgeGraph,
    LLMCall,
    Price,
    QuestionLoad,
    QuestionSet,
    Trace,
)

SAFE_METHODS = ("GET", "HEAD")


class Role(StrEnum):
    """What a user may do; a user may have several."""

    LEAD = "lead"
    REVIEWER = "reviewer"
    ADJUDICATOR = "adjudicator"
    AUDITOR = "auditor"


class SignedInRequest(HttpRequest):
    """A request behind `role_required`: its user is known, with roles."""

    user: User
    roles: frozenset[Role]
    htmx: HtmxDetails


def grant_role(user: User, role: Role) -> None:
    """Give the user a role; whoever does so for someone writes the event."""
    user.groups.add(Group.objects.get_or_create(name=role.value)[0])


def revoke_role(user: User, role: Role) -> None:
    """Take a role from the user; whoever does so writes the event."""
    user.groups.remove(*Group.objects.filter(name=role.value))


def roles_of(user: User) -> frozenset[Role]:
    """The user's roles; none for a user who may not sign in."""
    if not user.is_active:
        return frozenset()
    known = {role.value for role in Role}
    return frozenset(
        Role(name) for name in user.groups.values_list("name", flat=True) if name in known
    )


def role_required(*allowed: Role) -> Callable[..., Any]:
    """Open a view to the roles named; auditors may also look wherever a lead may.

    Strangers go to the login page (a whole page also from an htmx request), others get 403.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _to_login(request)
            signed_in = cast(SignedInRequest, request)
            signed_in.roles = roles_of(request.user)
            if not signed_in.roles & _admitted(allowed, request.method or ""):
                raise PermissionDenied
            if owes_second_factor(request.user):
                return to_second_step(request)
            return view(signed_in, *args, **kwargs)

        guarded.allowed_roles = frozenset(allowed)  # type: ignore[attr-defined]
        return guarded

    return decorate


def _admitted(allowed: tuple[Role, ...], method: str) -> frozenset[Role]:
    reads_as_lead = Role.LEAD in allowed and method in SAFE_METHODS
    return frozenset(allowed) | ({Role.AUDITOR} if reads_as_lead else frozenset())


def _to_login(request: HttpRequest) -> HttpResponse:
    if getattr(request, "htmx", False):
        return _redirect(request, "account_login")
    # A form's address need not be a page: after the login, go home.
    back = request.get_full_path() if request.method in SAFE_METHODS else resolve_url("home")
    return redirect_to_login(back)


def _redirect(request: HttpRequest, name: str) -> HttpResponse:
    """Send the whole page there, also from an htmx request."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(resolve_url(name))
    return redirect(name)


def to_second_step(request: HttpRequest) -> HttpResponse:
    """Lead the user to where two-step login is switched on, and say why."""
    messages.warning(
        request, "Your role needs two-step login here: nothing else opens before it is on."
    )
    return _redirect(request, "mfa_activate_totp")


def has_second_factor(user: User) -> bool:
    """Whether the user is asked for a code at login."""
    enabled: bool = is_mfa_enabled(user, types=[Authenticator.Type.TOTP])
    return enabled


def owes_second_factor(user: User) -> bool:
    """Whether this installation asks for two-step login of the user, who has none yet."""
    if not settings.REQUIRE_TOTP:
        return False
    asked = user.is_superuser or bool(roles_of(user) & {Role.LEAD, Role.ADJUDICATOR})
    return asked and not has_second_factor(user)


def batches_for(user: User) -> QuerySet[Batch]:
    """Batches the user may see: all for leads and auditors, none for anyone else."""
    rows = Batch.objects.select_related(
        "question_set", "knowledge_graph", "started_by", "reasoner_endpoint", "reader_endpoint"
    )
    return rows if _sees_pipeline(user) else rows.none()


def batch_for(user: User, batch_id: int) -> Batch:
    """The batch, or Http404 for whoever may not see it."""
    return get_object_or_404(batches_for(user), pk=batch_id)


def traces_for(user: User, batch_id: int) -> QuerySet[Trace]:
    """The traces of one batch, as `batches_for`."""
    rows = Trace.objects.filter(batch_id=batch_id).select_related("question__question_set")
    return rows if _sees_pipeline(user) else rows.none()


def trace_for(user: User, key: str) -> Trace:
    """The trace with this key, or Http404."""
    if not _sees_pipeline(user):
        raise Http404
    rows = Trace.objects.select_related(
        "question__question_set", "batch__knowledge_graph", "batch__question_set"
    )
    return get_object_or_404(rows, key=key)


def attempts_of(trace: Trace) -> QuerySet[Trace]:
    """All attempts at the same question and sample as a trace already fetched, in order."""
    return (
        Trace.objects.filter(
            batch=trace.batch_id, question=trace.question_id, sample_index=trace.sample_index
        )
        .only("key", "attempt")
        .order_by("attempt")
    )


def question_sets_for(user: User) -> QuerySet[QuestionSet]:
    """Question sets, as `batches_for`."""
    rows = QuestionSet.objects.select_related("created_by")
    return rows if _sees_pipeline(user) else rows.none()


def question_set_for(user: User, name: str) -> QuestionSet:
    """The question set of this name, or Http404."""
    return get_object_or_404(question_sets_for(user), name=name)


def question_load_for(user: User, load_id: int) -> QuestionLoad:
    """The load report, or Http404."""
    sets = question_sets_for(user)
    return get_object_or_404(QuestionLoad.objects.filter(question_set__in=sets), pk=load_id)


def knowledge_graphs_for(user: User) -> QuerySet[KnowledgeGraph]:
    """Knowledge graphs, as `batches_for`."""
    rows = KnowledgeGraph.objects.select_related("created_by")
    return rows if _sees_pipeline(user) else rows.none()


def endpoints_for(user: User) -> QuerySet[Endpoint]:
    """Endpoints with their circuits, as `batches_for`."""
    rows = Endpoint.objects.select_related("pace", "created_by").order_by("-is_active", "name")
    return rows if _sees_pipeline(user) else rows.none()


def endpoint_for(user: User, name: str) -> Endpoint:
    """The endpoint of this name, or Http404."""
    return get_object_or_404(endpoints_for(user), name=name)


def prices_for(user: User) -> QuerySet[Price]:
    """The price table, as `batches_for`."""
    return Price.objects.all() if _sees_pipeline(user) else Price.objects.none()


def price_for(user: User, price_id: int) -> Price:
    """The line of the price table, or Http404."""
    return get_object_or_404(prices_for(user), pk=price_id)


def calls_for(user: User, trace: Trace) -> QuerySet[LLMCall]:
    """The calls made for a trace, in order, as `batches_for`."""
    rows = LLMCall.objects.filter(trace=trace).select_related("replay_of").order_by("pk")
    return rows if _sees_pipeline(user) else rows.none()


def _sees_pipeline(user: User) -> bool:
    return bool(roles_of(user) & {Role.LEAD, Role.AUDITOR})
