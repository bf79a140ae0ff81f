"""Invitations: a link works once, for whom it was meant, until it ends."""

from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pipeline.accounts.roles import Role, roles_of
from pipeline.core.errors import Refusal
from pipeline.models import Event
from review.models import Invitation
from review.people.accounts import NoSuchLink
from review.people.invitations import accept, invitation_by_token, invite, revoke
from tests import actors
from tests.overlapping import before_commit

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
def token(lead) -> str:
    return invite(Role.REVIEWER, meant_for="Ann", days=7, made_by=lead)[1]


def address(token: str) -> str:
    return reverse("review:invitation_accept", args=[token])


def entered(**changes: str) -> dict[str, str]:
    fields = {"username": "ann", "password": PASSWORD, "password_again": PASSWORD}
    return fields | {"specialty": "cardiology", "seniority": "resident"} | changes


def test_the_token_is_kept_nowhere(token, lead):
    rows = str(list(Invitation.objects.values())) + str(list(Event.objects.values()))
    assert token not in rows
    pages = [reverse("review:people"), reverse("review:audit")]
    assert not [url for url in pages if token in actors.signed_in(lead).get(url).content.decode()]


def test_whoever_holds_the_link_makes_a_reviewers_account(token):
    assert Client().get(address(token)).status_code == 200
    response = Client().post(address(token), entered())
    assert response.headers["Location"] == reverse("account_login")
    ann = User.objects.get(username="ann")
    assert ann.check_password(PASSWORD)
    assert roles_of(ann) == {Role.REVIEWER}
    assert (ann.reviewer.specialty, ann.reviewer.seniority) == ("cardiology", "resident")
    assert not ann.is_staff
    assert not ann.is_superuser
    actions = set(Event.objects.values_list("action", flat=True))
    wanted = {"invitation.made", "invitation.accepted", "account.made", "profile.changed"}
    assert wanted <= actions


def test_the_form_gives_nothing_beside_the_role_of_the_link(token):
    more = entered(role="lead", roles="lead", is_superuser="on", is_staff="on", groups="1")
    Client().post(address(token), more)
    ann = User.objects.get(username="ann")
    assert not ann.is_superuser
    assert not ann.is_staff
    assert roles_of(ann) == {Role.REVIEWER}


def test_a_lead_cannot_invite_a_superuser(lead):
    data = {"meant_for": "x", "role": "superuser", "days": "7"}
    response = actors.signed_in(lead).post(reverse("review:invitation_new"), data)
    assert response.status_code == 422
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("end", ["used", "revoked", "expired", "guessed"])
def test_a_link_that_ended_and_a_guessed_one_are_answered_alike(token, lead, end):
    if end == "used":
        accept(token, username="other", password=PASSWORD)
    elif end == "revoked":
        assert revoke(Invitation.objects.get(), by=lead)
    elif end == "expired":
        Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    else:
        token = token[:-1] + ("A" if token[-1] != "A" else "B")
    for response in (Client().get(address(token)), Client().post(address(token), entered())):
        assert response.status_code == 404
        assert SENTENCE in response.content.decode()
        assert "Ann" not in response.content.decode()
    assert not User.objects.filter(username="ann").exists()


def test_of_two_who_read_the_link_at_once_one_gets_an_account(token, monkeypatch):
    seen = invitation_by_token(token)
    accept(token, username="first", password=PASSWORD)
    monkeypatch.setattr("review.people.invitations.invitation_by_token", lambda _: seen)
    with pytest.raises(NoSuchLink):
        accept(token, username="second", password=PASSWORD)
    assert not User.objects.filter(username="second").exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_names_in_other_letters_chosen_at_once_one_is_taken(lead):
    links = [invite(Role.REVIEWER, meant_for="x", days=1, made_by=lead)[1] for _ in range(2)]
    late = partial(accept, links[1], username="ann", password=PASSWORD)
    with before_commit(late) as outcome:
        accept(links[0], username="Ann", password=PASSWORD)
    assert isinstance(outcome[0], Refusal)
    assert User.objects.filter(username__iexact="ann").count() == 1
    assert invitation_by_token(links[1])


def test_a_taken_name_in_any_letters_leaves_the_link_open(token):
    actors.person("Ann")
    with pytest.raises(Refusal):
        accept(token, username="ann", password=PASSWORD)
    response = Client().post(address(token), entered())
    assert response.status_code == 422
    assert Client().post(address(token), entered(username="ann2")).status_code == 302


@pytest.mark.parametrize(
    "change",
    [
        {"password": "short", "password_again": "short"},
        {"password_again": "something else entirely"},
        {"username": "<script>"},
        {"password": "passwordpassword", "username": "passwordpassword"},
    ],
)
def test_weak_and_mistyped_entries_are_refused(token, change):
    assert Client().post(address(token), entered(**change)).status_code == 422
    assert not User.objects.exclude(username="lead").exists()


def test_guessing_is_limited(db):
    client = Client()
    statuses = [client.get(address(f"guess-{number}")).status_code for number in range(22)]
    assert statuses == [404] * 20 + [429] * 2


def test_a_revoked_invitation_is_not_revoked_twice(token, lead):
    invitation = Invitation.objects.get()
    assert revoke(invitation, by=lead)
    assert not revoke(invitation, by=lead)
    assert Event.objects.filter(action="invitation.revoked").count() == 1


def made_by_hand(lead: User, **headers: str) -> str:
    data = {"meant_for": "Ann", "role": "reviewer", "days": "7", "email": "ann@example.org"}
    response = actors.signed_in(lead).post(reverse("review:invitation_new"), data, headers=headers)
    return response.content.decode()


def test_without_mail_the_link_is_on_the_page(lead):
    page = made_by_hand(lead)
    assert "http://testserver/invitations/" in page
    assert "does not send e-mail" in page
    assert mail.outbox == []


def test_with_mail_the_link_is_sent_too(lead, settings):
    settings.MAIL_WORKS = True
    assert "It was also sent to ann@example.org." in made_by_hand(lead)
    assert "http://testserver/invitations/" in mail.outbox[0].body


def test_a_mail_server_that_fails_loses_no_invitation(lead, settings, monkeypatch):
    settings.MAIL_WORKS = True

    def fails(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("review.views.people.invitations.send_mail", fails)
    assert "could not be sent" in made_by_hand(lead)


def test_a_forged_host_makes_no_link(lead):
    response = actors.signed_in(lead).post(
        reverse("review:invitation_new"),
        {"meant_for": "Ann", "role": "reviewer", "days": "7"},
        headers={"Host": "evil.example"},
    )
    assert response.status_code == 400
    assert not Invitation.objects.exists()


def test_a_forwarded_host_is_not_believed(lead):
    page = made_by_hand(lead, **{"X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in page


def test_the_page_of_a_link_gives_its_address_to_no_other_site(token):
    response = Client().get(address(token))
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in response.headers["Cache-Control"]
