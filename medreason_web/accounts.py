"""How allauth behaves in this house."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignupAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """No open sign-up: accounts are made by a lead or an administrator (attack case 3)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
