"""People, profiles, the audit and the login log in the browser."""

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from pipeline.accounts.roles import Role, grant_role, has_second_factor, roles_of
from pipeline.models import Event, Login
from review.people.profiles import Profile, save_profile
from review.studies.lifecycle import close_study
from tests import actors, factories
from tests.review.submitting import grade_all

pytestmark = pytest.mark.django_db
HOSTILE = '<img src=x onerror=alert(1)>"'


@pytest.fixture
def lead():
    return actors.lead()


@pytest.fixture
def client(lead):
    return actors.signed_in(lead)


def test_a_lead_sets_roles(client):
    ann = actors.person("ann")
    client.post(reverse("review:person_roles", args=[ann.pk]), {"roles": ["adjudicator"]})
    assert roles_of(ann) == {Role.ADJUDICATOR}


def test_superuser_is_no_role_that_a_lead_can_give(client):
    ann = actors.person("ann")
    data = {"roles": ["superuser"], "is_superuser": "on", "is_staff": "on"}
    assert client.post(reverse("review:person_roles", args=[ann.pk]), data).status_code == 422
    ann.refresh_from_db()
    assert [ann.is_superuser, ann.is_staff, *roles_of(ann)] == [False, False]


def test_a_refusal_is_told(client, lead):
    response = client.post(
        reverse("review:person_steer", args=[lead.pk, "deactivate"]), follow=True
    )
    assert "Nobody changes their own roles or access" in response.content.decode()
    lead.refresh_from_db()
    assert lead.is_active


def test_a_lost_second_step_is_switched_off(client):
    ann = actors.person("ann", Role.ADJUDICATOR)
    for kind in (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES):
        Authenticator.objects.create(user=ann, type=kind, data={})
    client.post(reverse("review:person_steer", args=[ann.pk, "drop-second-step"]))
    assert not has_second_factor(ann)
    assert not Authenticator.objects.exists()
    assert Event.objects.filter(action="account.second_factor_dropped").exists()


def test_a_reviewer_keeps_their_own_profile(lead):
    ann = actors.reviewer("ann")
    data = {"specialty": "cardiology", "seniority": "resident", "declared_interests": "none"}
    response = actors.signed_in(ann.user).post(reverse("review:profile"), data)
    assert response.status_code == 302
    ann.refresh_from_db()
    assert (ann.specialty, ann.seniority, ann.declared_interests) == tuple(data.values())
    bad = actors.signed_in(ann.user).post(reverse("review:profile"), {"seniority": "emperor"})
    assert bad.status_code == 422


def test_hostile_text_in_a_profile_is_text(client):
    ann = actors.reviewer("ann")
    save_profile(ann, Profile(HOSTILE[:80], "", HOSTILE), by=ann.user)
    urls = [reverse("review:people"), reverse("review:person", args=[ann.user.pk])]
    for url in [*urls, reverse("review:audit")]:
        page = client.get(url).content.decode()
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page
    own = actors.signed_in(ann.user).get(reverse("review:profile")).content.decode()
    assert "<img src=x" not in own


def test_the_audit_is_filtered_and_paged(client, lead):
    subject = factories.question_set(0)
    for number in range(102):
        Event.objects.record(f"test.{number % 2}", subject, by=lead)
    url = reverse("review:audit")
    assert len(client.get(url).context["page"]) == 50
    second = client.get(url, {"page": "2", "action": "test.0"}).context["page"]
    assert second.paginator.count == 51
    found = client.get(url, {"action": "test.1", "actor": lead.pk, "chain": "house"})
    assert {event.action for event in found.context["page"]} == {"test.1"}
    assert f"action=test.1&amp;actor={lead.pk}&amp;chain=house&amp;page=2" in found.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"actor__password__startswith": "md5"},
        {"chain": "study:1' OR 1=1"},
        {"actor": "0", "order_by": "actor__password"},
        {"action": "x" * 5000},
        {"page": "-7"},
    ],
)
def test_a_visitors_own_lookups_filter_nothing(client, lead, query):
    Event.objects.record("test.one", lead, by=lead)
    response = client.get(reverse("review:audit"), query)
    assert response.status_code == 200
    assert response.context["page"].paginator.count == Event.objects.count()


def test_the_login_log_is_filtered(client, lead):
    Login.objects.create(kind=Login.Kind.FAILED, user=lead)
    found = client.get(reverse("review:logins"), {"kind": "failed", "user": lead.pk})
    assert [row.kind for row in found.context["page"]] == ["failed"]
    stranger = client.get(reverse("review:logins"), {"user__password__startswith": "md5"})
    assert stranger.context["page"].paginator.count == Login.objects.count()


def test_who_grades_blind_reads_no_grades_in_the_audit(lead):
    """A lead who grades in a study sees its events only once it is closed."""
    ann, ben = actors.reviewer("ann"), actors.reviewer("ben")
    study = factories.study(ann, ben, opened_by=lead, overlap=2)
    grade_all(study, ben)
    grant_role(ann.user, Role.LEAD)
    client, url = actors.signed_in(ann.user), reverse("review:audit")
    assert "grade.submitted" not in str(list(client.get(url).context["page"]))
    close_study(study, by=lead)
    assert "grade.submitted" in str(list(client.get(url).context["page"]))


def test_queries_do_not_grow_with_rows(client, lead, django_assert_max_num_queries):
    for number in range(20):
        actors.reviewer(f"r{number}")
        Event.objects.record("test.one", lead, by=lead)
    for name in ("people", "audit", "logins"):
        with django_assert_max_num_queries(12):
            client.get(reverse(f"review:{name}"))
