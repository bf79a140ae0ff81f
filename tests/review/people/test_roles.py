"""People: roles, access and profiles change by rules, each with its event."""

import pytest

from pipeline.accounts.roles import Role, roles_of
from pipeline.core.errors import Refusal
from pipeline.models import Event
from review.people.profiles import Profile, save_profile
from review.people.roles import deactivate, drop_second_factor, reactivate, set_roles
from review.studies.lifecycle import close_study
from tests import actors, factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return actors.lead()


def told(person) -> list[tuple[str, object]]:
    events = Event.objects.filter(subject_type="auth.user", subject_id=str(person.pk))
    return [(event.action, event.payload.get("role")) for event in events.order_by("pk")]


def test_roles_come_and_go_with_an_event_each(lead):
    ann = actors.person("ann", Role.AUDITOR)
    set_roles(ann, [Role.REVIEWER], by=lead)
    assert roles_of(ann) == {Role.REVIEWER}
    assert ann.reviewer.pseudonym
    assert told(ann) == [("role.granted", "reviewer"), ("role.revoked", "auditor")]
    set_roles(ann, [Role.REVIEWER], by=lead)
    assert len(told(ann)) == 2


def test_nobody_changes_themself(lead):
    with pytest.raises(Refusal):
        set_roles(lead, [Role.LEAD, Role.REVIEWER], by=lead)
    with pytest.raises(Refusal):
        deactivate(lead, by=lead)
    assert roles_of(lead) == {Role.LEAD}


@pytest.mark.parametrize("flag", ["is_superuser", "is_staff"])
def test_superusers_and_staff_are_out_of_reach(lead, flag):
    root = actors.person("root")
    setattr(root, flag, True)
    root.save()
    for change in (deactivate, reactivate, drop_second_factor):
        with pytest.raises(Refusal):
            change(root, by=lead)
    with pytest.raises(Refusal):
        set_roles(root, [Role.LEAD], by=lead)


def test_a_lead_always_remains(lead):
    other = actors.lead("other")
    set_roles(other, [], by=lead)
    with pytest.raises(Refusal, match="last lead"):
        set_roles(lead, [], by=other)
    with pytest.raises(Refusal, match="last lead"):
        deactivate(lead, by=other)


def test_a_lead_who_cannot_sign_in_does_not_count_as_the_one_who_remains(lead):
    other = actors.lead("other")
    deactivate(other, by=lead)
    with pytest.raises(Refusal, match="last lead"):
        set_roles(lead, [], by=other)


@pytest.mark.parametrize("role", [Role.LEAD, Role.ADJUDICATOR, Role.AUDITOR])
def test_who_grades_blind_gets_no_role_that_sees_grades(lead, role):
    ann = actors.reviewer("ann")
    study = factories.study(ann, opened_by=lead)
    with pytest.raises(Refusal, match="still grades in study"):
        set_roles(ann.user, [Role.REVIEWER, role], by=lead)
    assert roles_of(ann.user) == {Role.REVIEWER}
    close_study(study, by=lead)
    set_roles(ann.user, [Role.REVIEWER, role], by=lead)


def test_access_ends_at_once_and_comes_back(lead):
    ann = actors.reviewer("ann").user
    client = actors.signed_in(ann)
    assert client.get("/grade/").status_code == 200
    deactivate(ann, by=lead)
    assert client.get("/grade/").status_code == 302
    reactivate(ann, by=lead)
    assert actors.signed_in(ann).get("/grade/").status_code == 200
    assert [action for action, _ in told(ann)] == ["account.deactivated", "account.reactivated"]


def test_a_profile_tells_what_was_there_before(lead):
    ann = actors.reviewer("ann")
    save_profile(ann, Profile("cardiology", "resident"), by=ann.user)
    save_profile(ann, Profile("cardiology", "specialist"), by=lead)
    save_profile(ann, Profile("cardiology", "specialist"), by=lead)
    events = Event.objects.filter(action="profile.changed").order_by("pk")
    assert [(event.actor, event.payload) for event in events] == [
        (ann.user, {"specialty": ["", "cardiology"], "seniority": ["", "resident"]}),
        (lead, {"seniority": ["resident", "specialist"]}),
    ]
