"""The pages of one's own account, all of them allauth's.

Sign-up and password reset by mail are closed, and recovery codes are shown once, not downloaded.
None of these pages is kept by a browser: they hold passwords, secrets and codes.
"""

from collections.abc import Callable
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters


def _page(route: str, view: Callable[..., Any], name: str) -> URLPattern:
    return path(route, never_cache(sensitive_post_parameters()(view)), name=name)


urlpatterns = [
    _page("login/", account.login, "account_login"),
    _page("login/code/", mfa.authenticate, "mfa_authenticate"),
    _page("logout/", account.logout, "account_logout"),
    _page("inactive/", account.account_inactive, "account_inactive"),
    _page("password/", account.password_change, "account_change_password"),
    _page("confirm/", account.reauthenticate, "account_reauthenticate"),
    _page("confirm/code/", mfa.reauthenticate, "mfa_reauthenticate"),
    _page("two-step/", mfa.index, "mfa_index"),
    _page("two-step/on/", totp.activate_totp, "mfa_activate_totp"),
    _page("two-step/off/", totp.deactivate_totp, "mfa_deactivate_totp"),
    _page("two-step/codes/", recovery_codes.view_recovery_codes, "mfa_view_recovery_codes"),
    _page(
        "two-step/codes/new/", recovery_codes.generate_recovery_codes, "mfa_generate_recovery_codes"
    ),
]
