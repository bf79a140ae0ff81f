"""The Django admin: every address of it, for superusers only, and nothing there to change."""

from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from pipeline.accounts.roles import Role
from pipeline.models import Event
from tests import actors, factories

pytestmark = pytest.mark.django_db
# Arguments that some address of the admin takes; they need not name a row.
WORDS = {"object_id": "1", "id": "1", "app_label": "review", "content_type_id": "1", "url": "x"}


def admin_addresses() -> Iterator[str]:
    """One address for every pattern, also for those without a name."""
    resolver = next(
        one
        for one in get_resolver().url_patterns
        if isinstance(one, URLResolver) and one.namespace == "admin"
    )
    yield from _addresses(resolver, "/")


def _addresses(resolver: URLResolver, prefix: str) -> Iterator[str]:
    prefix += str(resolver.pattern)
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            yield prefix + _filled(str(one.pattern))
        else:
            yield from _addresses(one, prefix)


def _filled(pattern: str) -> str:
    if "(?P" in pattern:  # the app list, and the catch-all that answers 404
        return "review/" if "app_label" in pattern else "no-such-page"
    for name, word in WORDS.items():
        for converter in ("path", "int", "str"):
            pattern = pattern.replace(f"<{converter}:{name}>", word).replace(f"<{name}>", word)
    return pattern


ADDRESSES = sorted(set(admin_addresses()))


def test_all_of_the_admin_is_found():
    assert len(ADDRESSES) > 5 * len(admin.site._registry)
    assert not [address for address in ADDRESSES if "<" in address or "(" in address]


@pytest.mark.parametrize("role", ["anonymous", "staff", *Role])
def test_nobody_but_superusers_enters(role):
    client = _client(role)
    answers = [(url, client.get(url), client.post(url)) for url in ADDRESSES]
    assert not [url for url, *both in answers if any(map(_entered, both))]


def test_strangers_are_sent_to_the_login_with_its_limits():
    response = Client().get("/admin/login/?next=/admin/")
    assert response.headers["Location"].startswith(reverse("account_login"))


def test_a_superuser_looks_and_changes_nothing():
    client = actors.signed_in(actors.superuser())
    study = factories.study(actors.reviewer("ann"), opened_by=actors.lead())
    assert client.get(reverse("admin:review_study_change", args=[study.pk])).status_code == 200
    opened = []
    for model in admin.site._registry:
        row = model._default_manager.first()
        stem = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        assert client.get(reverse(f"{stem}_changelist")).status_code == 200
        targets = [reverse(f"{stem}_add")]
        if row is not None:
            targets += [reverse(f"{stem}_{act}", args=[row.pk]) for act in ("change", "delete")]
        opened += [url for url in targets if client.post(url, {}).status_code != 403]
    accounts = reverse("admin:auth_user_change", args=[User.objects.first().pk])
    assert opened in ([accounts], [])


def test_the_account_form_cannot_make_a_superuser():
    client, ann = actors.signed_in(actors.superuser()), actors.reviewer("ann").user
    wanted = {"username": "ann", "is_superuser": "on", "is_staff": "on", "groups": ["1"]}
    client.post(reverse("admin:auth_user_change", args=[ann.pk]), wanted)
    ann.refresh_from_db()
    assert (ann.is_superuser, ann.is_staff, ann.username) == (False, False, "ann")
    assert [group.name for group in ann.groups.all()] == ["reviewer"]


def test_a_password_set_there_is_told_by_the_audit():
    client, ann = actors.signed_in(actors.superuser()), actors.reviewer("ann").user
    new = {"password1": "another long enough one", "password2": "another long enough one"}
    client.post(reverse("admin:auth_user_password_change", args=[ann.pk]), new)
    ann.refresh_from_db()
    assert ann.check_password("another long enough one")
    assert Event.objects.filter(action="account.password_set", subject_id=str(ann.pk)).exists()


def test_secrets_of_the_second_step_are_not_shown():
    client, user = actors.signed_in(actors.superuser()), actors.lead()
    data = {"secret": "planted-secret"}
    factor = Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=data)
    page = client.get(reverse("admin:mfa_authenticator_change", args=[factor.pk]))
    assert page.status_code == 200
    assert "planted-secret" not in page.content.decode()


def test_debug_opens_nothing(settings):
    settings.DEBUG = True
    assert _client("lead").get("/admin/", follow=True).status_code == 403
    assert Client().get("/admin/").status_code == 302


def test_where_two_step_login_is_required_superusers_need_it_too(settings):
    settings.REQUIRE_TOTP = True
    client = actors.signed_in(actors.superuser())
    assert client.get("/admin/").status_code == 302
    response = client.get("/admin/login/")
    assert response.headers["Location"] == reverse("mfa_activate_totp")


def _entered(response) -> bool:
    """Whether anything was served; the way to the login is nothing."""
    back = ("/admin/login/", reverse("account_login"))
    sent_away = response.headers.get("Location", "").startswith(back)
    logged_out = response.headers.get("Location") == "/admin/"
    return response.status_code != 403 and not (sent_away or logged_out)


def _client(role: str) -> Client:
    if role == "anonymous":
        return Client()
    if role == "staff":
        staff = actors.person("staff", Role.LEAD)
        User.objects.filter(pk=staff.pk).update(is_staff=True)
        return actors.signed_in(User.objects.get(pk=staff.pk))
    return actors.signed_in(actors.person(role, Role(role)))
