"""allauth's account adapter: no open sign-up, and a login step that can be reset."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedSignupAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """No open sign-up: people come by a lead's invitation (attack case 3)."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        """allauth's, but a user waiting at a second step that a lead has reset may start again."""
        ours = {
            "allauth.mfa.stages.AuthenticateStage": "pipeline.accounts.two_factor.ResettableStage"
        }
        return [ours.get(stage, stage) for stage in super().get_login_stages()]
