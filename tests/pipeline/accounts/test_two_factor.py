"""The second step of the login: what opens it, how often, and who must have it."""

import subprocess
import sys
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from pipeline.accounts.roles import has_second_factor
from pipeline.models import Login
from tests import actors
from tests.codes import code_of
from tests.product import embedded

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"
NOW = 1_800_000_000.0  # the first second of a code's thirty


@pytest.fixture(autouse=True)
def clock(db, monkeypatch) -> list[float]:
    """The time that codes go by: a test that starts in a code's last second is no other one."""
    cache.clear()
    now = [NOW]
    monkeypatch.setattr("time.time", lambda: now[0])
    return now


@pytest.fixture
def lead() -> User:
    return actors.lead()


@pytest.fixture
def secret(lead) -> str:
    """Two-step login is on; the secret that the lead's app has."""
    secret: str = generate_totp_secret()
    TOTP.activate(lead, secret)
    return secret


@pytest.fixture
def codes(lead, secret) -> list[str]:
    """The lead's recovery codes."""
    return list(RecoveryCodes.activate(lead).generate_codes())


def enter(client: Client, password: str = PASSWORD):
    return client.post(reverse("account_login"), {"login": "lead", "password": password})


def with_code(code: str) -> Client:
    """A new browser that entered the right password and this code."""
    client = Client()
    enter(client)
    client.post(reverse("mfa_authenticate"), {"code": code})
    return client


def confirmed(user: User) -> Client:
    """A signed-in browser in which the password was just entered again."""
    client = actors.signed_in(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get(reverse("review:people")).status_code == 200


def kinds() -> list[str]:
    return list(Login.objects.order_by("pk").values_list("kind", flat=True))


def test_a_password_alone_does_not_open_an_account_with_two_steps(secret):
    client = Client()
    assert enter(client).headers["Location"] == reverse("mfa_authenticate")
    assert not is_in(client)
    assert kinds() == []


def test_the_apps_code_opens_it_as_apps_show_it(secret):
    code = code_of(secret, at=NOW)
    assert is_in(with_code(f"{code[:3]} {code[3:]}"))
    assert kinds() == ["signed_in"]


def test_a_wrong_code_does_not_and_is_written_down(secret):
    assert not is_in(with_code("000000"))
    assert kinds() == ["code_failed"]


def test_a_code_counts_once(secret, clock):
    code = code_of(secret, at=NOW)
    assert is_in(with_code(code))
    clock[0] = NOW + 29
    assert not is_in(with_code(code))
    assert kinds() == ["signed_in", "code_failed"]


@pytest.mark.parametrize("steps", [-2, -1, 1, 2])
def test_an_earlier_or_later_code_does_not_count(secret, steps):
    """Used codes are remembered for one step only: a tolerance would open a way to replay them."""
    assert not is_in(with_code(code_of(secret, at=NOW + 30 * steps)))


def test_a_recovery_code_opens_it_once(codes):
    assert is_in(with_code(codes[0]))
    assert not is_in(with_code(codes[0]))
    assert is_in(with_code(codes[1]))
    used = ["recovery_code_used", "signed_in"]
    assert kinds() == [*used, "code_failed", *used]


def test_guessing_codes_ends_after_five(secret, codes):
    for _ in range(5):
        with_code("000000")
    client = with_code(code_of(secret, at=NOW))
    assert not is_in(client)
    page = client.post(reverse("mfa_authenticate"), {"code": codes[0]}).content.decode()
    assert "Too many failed login attempts" in page
    assert not is_in(client)


def test_the_right_password_between_wrong_codes_does_not_reset_the_count(secret):
    for _ in range(5):
        enter(Client())
        with_code("000000")
    assert not is_in(with_code(code_of(secret, at=NOW)))


@pytest.mark.parametrize("data", [{}, {"credential": "{}"}, {"credential": "x"}, {"code": ""}])
def test_an_answer_without_a_code_opens_nothing(secret, data):
    client = Client(raise_request_exception=False)
    enter(client)
    assert client.post(reverse("mfa_authenticate"), data).status_code < 500
    assert not is_in(client)


def test_the_session_changes_its_key_with_the_login_not_before(secret):
    client = Client()
    enter(client)
    planted = client.session.session_key
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret, at=NOW)})
    assert is_in(client)
    assert client.session.session_key != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert not is_in(thief)


def test_a_forged_host_is_in_no_code_and_no_page(lead):
    client = confirmed(lead)
    page = client.get(reverse("mfa_activate_totp"))
    assert "issuer=MedReason%20Web" in page.context["totp_url"]
    forged = client.get(reverse("mfa_activate_totp"), headers={"Host": "evil.example"})
    assert forged.status_code == 400


def test_the_login_may_start_again(secret):
    client = Client()
    enter(client)
    again = client.post(reverse("account_logout"), {"next": reverse("account_login")})
    assert again.headers["Location"] == reverse("account_login")
    assert client.get(reverse("account_login")).status_code == 200


def test_secrets_are_not_kept_in_the_open(secret, codes):
    kept = str(list(Authenticator.objects.values()))
    assert secret not in kept
    assert not [code for code in codes if code in kept]
    seed = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).data["seed"]
    assert seed.startswith("gAAAA")


def test_a_changed_secret_key_closes_the_second_step_but_breaks_no_page(secret, codes, settings):
    settings.SECRET_KEY = "another key altogether"
    client = Client(raise_request_exception=False)
    enter(client)
    for code in (code_of(secret, at=NOW), codes[0], code_of("", at=NOW)):
        assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == 200
    assert not is_in(client)


def test_an_earlier_secret_key_still_reads_it(secret, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key altogether"
    assert is_in(with_code(code_of(secret, at=NOW)))


@pytest.mark.django_db(transaction=True)
def test_switching_on_shows_recovery_codes_this_once(lead):
    client = confirmed(lead)
    page = client.get(reverse("mfa_activate_totp"))
    assert "no-store" in page.headers["Cache-Control"]
    entered = {"code": code_of(page.context["form"].secret, at=NOW)}
    shown = client.post(reverse("mfa_activate_totp"), entered, follow=True)
    assert len(set(shown.context["unused_codes"])) == 10
    assert "no-store" in shown.headers["Cache-Control"]
    later = client.get(reverse("mfa_view_recovery_codes")).content.decode()
    assert not [code for code in shown.context["unused_codes"] if code in later]
    assert "10 of 10 are unused" in later
    assert has_second_factor(lead)
    assert kinds()[-1] == "factor_on"


def test_switching_on_needs_the_apps_code(lead):
    client = confirmed(lead)
    client.get(reverse("mfa_activate_totp"))
    client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert not has_second_factor(lead)


@pytest.mark.parametrize("change", ["mfa_deactivate_totp", "mfa_generate_recovery_codes"])
def test_an_open_browser_without_the_password_changes_nothing(lead, codes, change):
    client = actors.signed_in(lead)
    sent_away = client.post(reverse(change))
    assert sent_away.headers["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": "wrong"})
    client.post(reverse(change))
    assert has_second_factor(lead)
    assert is_in(with_code(codes[0]))


@pytest.mark.django_db(transaction=True)
def test_switching_off_ends_recovery_codes_too(lead, codes):
    confirmed(lead).post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()
    assert kinds()[-1] == "factor_off"


@pytest.mark.django_db(transaction=True)
def test_new_recovery_codes_end_the_earlier_ones(lead, codes):
    client = confirmed(lead)
    fresh = client.post(reverse("mfa_generate_recovery_codes"), follow=True)
    assert kinds()[-1] == "codes_made"
    assert not is_in(with_code(codes[0]))
    assert is_in(with_code(fresh.context["unused_codes"][0]))


def test_whoever_must_have_it_is_led_from_the_login_to_a_working_second_step(lead, settings):
    settings.REQUIRE_TOTP = True
    client = Client()
    enter(client)
    page = client.get(reverse("review:people"), follow=True)
    assert page.redirect_chain[0][0] == reverse("mfa_activate_totp")
    assert "Your role requires two-step login" in page.content.decode()
    data = {"password": PASSWORD, "next": reverse("mfa_activate_totp")}
    page = client.post(reverse("account_reauthenticate"), data, follow=True)
    entered = {"code": code_of(page.context["form"].secret, at=NOW)}
    client.post(reverse("mfa_activate_totp"), entered)
    assert is_in(client)


ADD = "from django.core.cache import cache; print(cache.add('code', 'used', 60))"


def test_limits_and_used_codes_are_shared_by_all_processes(
    root: Path, product_environment: dict[str, str], migrated_sqlite: Path
):
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", ADD]
    with embedded(root, product_environment, migrated_sqlite) as product:
        outputs = [
            subprocess.check_output(command, cwd=root, env=product.environment, text=True).strip()
            for _ in range(2)
        ]
    assert outputs == ["True", "False"]


def test_whoever_waits_at_the_second_step_while_a_lead_lifts_it_gets_in(lead, secret):
    client = Client()
    enter(client)
    Authenticator.objects.all().delete()
    page = client.get(reverse("mfa_authenticate"), follow=True)
    assert page.status_code == 200
    enter(client)
    assert is_in(client)
