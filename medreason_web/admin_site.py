"""Django admin, for superusers only: the study's roles never enter it (attack case 32)."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from pipeline.accounts.roles import needs_second_factor, redirect_to_second_step


class SuperuserAdminSite(AdminSite):
    """The stock admin, closed to everyone but superusers."""

    site_header = site_title = "MedReason Web administration"

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The product's own login, with its rate limits; whoever is signed in is refused."""
        if request.user.is_authenticated and request.user.is_superuser:
            if needs_second_factor(request.user):
                return redirect_to_second_step(request)
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.get_full_path())

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return user.is_active and user.is_superuser and not needs_second_factor(user)
