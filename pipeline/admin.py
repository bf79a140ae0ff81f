"""Django admin over the pipeline's tables: to look, never to change (attack case 32)."""

from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from pipeline import models

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    BaseUserAdmin = UserAdmin[User]
else:
    ModelAdmin = admin.ModelAdmin
    BaseUserAdmin = UserAdmin


class LookOnlyAdmin(ModelAdmin):
    """Superusers may read rows here; changes go through the operations, with their events."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


admin.site.register(
    [
        models.Batch,
        models.Configuration,
        models.EndpointPace,
        models.Event,
        models.EventChain,
        models.FileMapping,
        models.KnowledgeGraph,
        models.LLMCall,
        models.Login,
        models.Price,
        models.Question,
        models.QuestionLoad,
        models.QuestionSet,
        models.Trace,
    ],
    LookOnlyAdmin,
)


@admin.register(models.Endpoint)
class EndpointAdmin(LookOnlyAdmin):
    """Not even the encrypted key is shown."""

    exclude = ("key_encrypted",)


class AuthenticatorAdmin(LookOnlyAdmin):
    """Who has two-step login; never the secret."""

    list_display = ("user", "type", "created_at", "last_used_at")
    exclude = ("data",)


class AccountAdmin(BaseUserAdmin):
    """Accounts, to look at; a superuser may set a new password, which the audit tells.

    Roles, access and superusers are not changed here: that has its own operations and events,
    and a form that can make superusers is how staff become superusers (attack cases 19, 32).
    """

    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Access", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = (
        "username",
        "first_name",
        "last_name",
        "email",
        "is_active",
        "is_staff",
        "is_superuser",
        "groups",
        "last_login",
        "date_joined",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        with transaction.atomic():
            return super().user_change_password(request, id, form_url)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        assert request.user.is_authenticated  # noqa: S101  the site lets nobody else in
        models.Event.objects.record("account.password_set", obj, by=request.user)
        return super().log_change(request, obj, message)


admin.site.unregister(Authenticator)
admin.site.register(Authenticator, AuthenticatorAdmin)
admin.site.unregister(User)
admin.site.register(User, AccountAdmin)
admin.site.unregister(Group)
admin.site.register(Group, LookOnlyAdmin)
for unused in (EmailAddress, EmailConfirmation):
    if admin.site.is_registered(unused):
        admin.site.unregister(unused)
