"""Roles: what a user may do, and the decorator that opens a view to them.

Leads run the work, reviewers and adjudicators are clinicians, and auditors read what a lead reads
and change nothing.
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
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

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
    names = {role.value for role in Role}
    return frozenset(
        Role(name) for name in user.groups.values_list("name", flat=True) if name in names
    )


def role_required(*allowed: Role) -> Callable[..., Any]:
    """Open a view to these roles; auditors may also read whatever a lead may read.

    Anonymous users are sent to the login page (a full page, from htmx too); others get 403.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _redirect_to_login(request)
            signed_in = cast(SignedInRequest, request)
            signed_in.roles = roles_of(request.user)
            if not signed_in.roles & _roles_for_method(allowed, request.method or ""):
                raise PermissionDenied
            if needs_second_factor(request.user):
                return redirect_to_second_step(request)
            return view(signed_in, *args, **kwargs)

        guarded.allowed_roles = frozenset(allowed)  # type: ignore[attr-defined]
        return guarded

    return decorate


def _roles_for_method(allowed: tuple[Role, ...], method: str) -> frozenset[Role]:
    reads_as_lead = Role.LEAD in allowed and method in SAFE_METHODS
    return frozenset(allowed) | ({Role.AUDITOR} if reads_as_lead else frozenset())


def _redirect_to_login(request: HttpRequest) -> HttpResponse:
    if getattr(request, "htmx", False):
        return _redirect(request, "account_login")
    # The address of a submitted form may not open with GET: after the login, go home.
    back = request.get_full_path() if request.method in SAFE_METHODS else resolve_url("home")
    return redirect_to_login(back)


def _redirect(request: HttpRequest, name: str) -> HttpResponse:
    """Send the whole page there, also from an htmx request."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(resolve_url(name))
    return redirect(name)


def redirect_to_second_step(request: HttpRequest) -> HttpResponse:
    """Send the user to the page that switches two-step login on, and say why."""
    messages.warning(
        request, "Your role requires two-step login: switch it on to open the other pages."
    )
    return _redirect(request, "mfa_activate_totp")


def has_second_factor(user: User) -> bool:
    """Whether the user is asked for a code at login."""
    enabled: bool = is_mfa_enabled(user, types=[Authenticator.Type.TOTP])
    return enabled


def needs_second_factor(user: User) -> bool:
    """Whether this installation asks for two-step login of the user, who has none yet."""
    if not settings.REQUIRE_TOTP:
        return False
    required = user.is_superuser or bool(roles_of(user) & {Role.LEAD, Role.ADJUDICATOR})
    return required and not has_second_factor(user)
