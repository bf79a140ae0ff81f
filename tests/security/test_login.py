"""The way in, and what must not open it (attack cases 2-4, 9, 24, 28)."""

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from pipeline.models import Login
from review.seeding import seed_accounts
from tests import actors

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"
LOGIN = "/account/login/"


@pytest.fixture(autouse=True)
def _uncounted(db):
    cache.clear()


@pytest.fixture
def lead() -> User:
    return actors.lead()


def enter(client: Client, password: str = PASSWORD, username: str = "lead"):
    return client.post(LOGIN, {"login": username, "password": password})


def is_in(client: Client) -> bool:
    return client.get(reverse("review:people")).status_code == 200


def kinds() -> list[str]:
    return list(Login.objects.order_by("pk").values_list("kind", flat=True))


def test_logins_failures_and_logouts_are_written_down(lead):
    client = Client(REMOTE_ADDR="192.0.2.7")
    enter(client, "wrong")
    enter(client, "wrong", "my-password-by-mistake")
    enter(client)
    client.post("/account/logout/")
    rows = Login.objects.order_by("pk")
    assert kinds() == ["failed", "failed", "signed_in", "signed_out"]
    assert [row.user for row in rows] == [lead, None, lead, lead]
    assert {row.address for row in rows} == {"192.0.2.7"}
    assert "my-password-by-mistake" not in str(list(rows.values()))


def test_guessing_a_password_ends_after_five(lead):
    for _ in range(5):
        enter(Client(), "wrong")
    client = Client()
    assert "Too many failed login attempts" in enter(client).content.decode()
    assert not is_in(client)


def test_a_session_planted_before_the_login_does_not_become_the_users(lead):
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    enter(client)
    assert is_in(client)
    assert client.session.session_key != planted
    assert not Session.objects.filter(session_key=planted).exists()
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert not is_in(thief)


def test_a_switched_off_account_does_not_sign_in(lead):
    User.objects.update(is_active=False)
    client = Client()
    response = enter(client)
    assert response.status_code in (200, 302)
    assert client.get(reverse("account_inactive")).status_code == 200
    assert not is_in(client)


@pytest.mark.parametrize("path", ["signup/", "password/reset/", "email/", "login/code/confirm/"])
def test_there_is_no_sign_up_and_no_reset_by_mail(path):
    """No mail with a link that a forged Host header could have written."""
    assert Client().get(f"/account/{path}").status_code == 404


def test_a_forged_host_is_refused(lead):
    response = Client().post(
        LOGIN, {"login": "lead", "password": PASSWORD}, headers={"Host": "evil.example"}
    )
    assert response.status_code == 400


def test_nobody_frames_the_login():
    headers = Client().get(LOGIN).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_the_login_sends_nobody_to_another_site(lead):
    response = Client().post(
        f"{LOGIN}?next=https://evil.example/",
        {"login": "lead", "password": PASSWORD, "next": "https://evil.example/"},
    )
    assert "evil.example" not in response.headers["Location"]


def test_first_accounts_have_no_password_that_is_known():
    accounts = seed_accounts()
    assert len({account.password for account in accounts}) == len(accounts)
    for account in accounts:
        user = User.objects.get(username=account.username)
        tried = ("admin", "password", "12345678", account.username, "medreason", "")
        assert not [guess for guess in tried if user.check_password(guess)]
        assert not user.is_superuser
