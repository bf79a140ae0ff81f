"""Password links: made by a lead, good once and for a day, for nobody above the lead."""

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pipeline.accounts.roles import Role, grant_role
from pipeline.core.errors import Refusal
from pipeline.models import Event, Login
from review.people.accounts import NoSuchLink
from review.people.password_links import account_by_link, reset_link, reset_password
from tests import actors

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
SENTENCE = "It may be mistyped, already used, expired or revoked."


@pytest.fixture(autouse=True)
def _uncounted(db):
    cache.clear()


@pytest.fixture
def lead() -> User:
    return actors.lead()


@pytest.fixture
def ann() -> User:
    return actors.reviewer("ann").user


@pytest.fixture
def link(ann, lead) -> list[str]:
    return reset_link(ann, by=lead)


def address(link: list[str]) -> str:
    return reverse("review:password_reset", args=link)


def entered(**changes: str) -> dict[str, str]:
    return {"password": PASSWORD, "password_again": PASSWORD} | changes


def test_a_lead_makes_the_link_on_the_persons_page_and_it_is_kept_nowhere(lead, ann):
    client = actors.signed_in(lead)
    page = reverse("review:person", args=[ann.pk])
    make = reverse("review:person_reset", args=[ann.pk])
    assert make in client.get(page).content.decode()
    shown = client.post(make).content.decode()
    token = shown.split("/passwords/")[1].split("/")[1]
    assert account_by_link(shown.split("/passwords/")[1].split("/")[0], token) == ann
    assert token not in str(list(Event.objects.values()))
    made = Event.objects.get(action="account.reset_link_made")
    assert (made.actor, made.subject_id) == (lead, str(ann.pk))


def test_whoever_holds_it_chooses_a_password_once_and_open_sessions_end(ann, lead):
    open_session = actors.signed_in(ann)
    link = reset_link(ann, by=lead)
    assert "ann" in Client().get(address(link)).content.decode()
    response = Client().post(address(link), entered())
    assert response.headers["Location"] == reverse("account_login")
    ann.refresh_from_db()
    assert ann.check_password(PASSWORD)
    assert open_session.get(reverse("review:desk")).status_code == 302
    assert Event.objects.filter(action="account.password_reset", actor=ann).count() == 1
    assert Login.objects.filter(kind=Login.Kind.PASSWORD_CHANGED, user=ann).count() == 1
    assert Client().post(address(link), entered(password="x" * 20)).status_code == 404


def test_of_two_who_read_the_link_at_once_one_changes_it(link, ann):
    reset_password(*link, password=PASSWORD)
    with pytest.raises(NoSuchLink):
        reset_password(*link, password="another password")


@pytest.mark.parametrize("end", ["used", "signed in", "switched off", "expired", "guessed"])
def test_links_that_ended_and_guessed_ones_are_answered_alike(link, ann, end, settings):
    if end == "used":
        reset_password(*link, password=PASSWORD)
    elif end == "signed in":
        User.objects.update(last_login=timezone.now())
    elif end == "switched off":
        User.objects.filter(pk=ann.pk).update(is_active=False)
    elif end == "expired":
        settings.PASSWORD_RESET_TIMEOUT = -1
    else:
        link[1] = link[1][:-1] + ("a" if link[1][-1] != "a" else "b")
    for response in (Client().get(address(link)), Client().post(address(link), entered())):
        assert response.status_code == 404
        assert SENTENCE in response.content.decode()


@pytest.mark.parametrize("account", ["MQ", "x", "____", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5"])
def test_an_account_that_is_none_is_no_error(account):
    assert Client().get(address([account, "c0-ffee"])).status_code == 404


def test_the_link_of_one_is_none_for_another(link, lead):
    other = reset_link(actors.reviewer("ben").user, by=lead)
    assert Client().get(address([other[0], link[1]])).status_code == 404


@pytest.mark.parametrize(
    "change", [{"password": "short", "password_again": "short"}, {"password_again": "other"}]
)
def test_weak_and_mistyped_passwords_are_refused_and_the_link_still_works(link, ann, change):
    assert Client().post(address(link), entered(**change)).status_code == 422
    assert Client().post(address(link), entered()).status_code == 302


def test_a_password_like_the_name_is_refused(lead):
    link = reset_link(actors.person("annabella-smith"), by=lead)
    like = "annabella-smith1"
    response = Client().post(address(link), entered(password=like, password_again=like))
    assert response.status_code == 422


@pytest.mark.parametrize("who", ["oneself", "superuser", "switched off"])
def test_whom_a_lead_gives_no_link(lead, ann, who):
    person = {"oneself": lead, "superuser": actors.superuser(), "switched off": ann}[who]
    if who == "switched off":
        User.objects.filter(pk=ann.pk).update(is_active=False)
        person.refresh_from_db()
    with pytest.raises(Refusal):
        reset_link(person, by=lead)
    make = reverse("review:person_reset", args=[person.pk])
    client = actors.signed_in(lead)
    assert make not in client.get(reverse("review:person", args=[person.pk])).content.decode()
    assert client.post(make).status_code == 302
    assert not Event.objects.filter(action="account.reset_link_made").exists()


def test_a_superuser_who_leads_gives_a_superuser_a_link():
    root = actors.superuser("first")
    grant_role(root, Role.LEAD)
    assert reset_link(actors.superuser("second"), by=root)


def test_guessing_is_limited(link):
    client = Client()
    guesses = [address([link[0], f"guess-{number}"]) for number in range(22)]
    assert [client.get(guess).status_code for guess in guesses] == [404] * 20 + [429] * 2


def test_the_page_of_a_link_is_not_kept_and_names_itself_to_no_other_site(link):
    response = Client().get(address(link))
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in response.headers["Cache-Control"]
