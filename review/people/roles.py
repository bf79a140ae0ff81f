"""People: who has which role, who may sign in."""

from collections.abc import Collection

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.db import transaction

from pipeline.accounts.roles import Role, grant_role, revoke_role, roles_of
from pipeline.core.errors import Refusal
from pipeline.models import Event
from review.access import SEES_GRADES
from review.models import Reviewer, Study, StudyReviewer


@transaction.atomic
def set_roles(person: User, roles: Collection[Role], *, by: User) -> None:
    """Give the person exactly these roles, with an event for each that comes or goes.

    Raises Refusal: for one's own account and superusers, for the last lead, and where someone
    who still grades would get to see other people's grades.
    """
    _check_may_change(person, by)
    _lock_leads()
    before, after = roles_of_account(person), frozenset(roles)
    if Role.LEAD in before - after:
        _check_lead_remains(person)
    if (after - before) & SEES_GRADES:
        _check_grades_nowhere(person)
    for role in sorted(after - before):
        grant_role(person, role)
        if role is Role.REVIEWER:
            Reviewer.objects.get_or_create(user=person)
        Event.objects.record("role.granted", person, by=by, role=role)
    for role in sorted(before - after):
        revoke_role(person, role)
        Event.objects.record("role.revoked", person, by=by, role=role)


@transaction.atomic
def deactivate(person: User, *, by: User) -> None:
    """End the person's access at once, open sessions included; their work stays. Raises Refusal."""
    _check_may_change(person, by)
    _lock_leads()
    _check_lead_remains(person)
    if User.objects.filter(pk=person.pk, is_active=True).update(is_active=False):
        Event.objects.record("account.deactivated", person, by=by)


@transaction.atomic
def reactivate(person: User, *, by: User) -> None:
    """Let the person sign in again. Raises Refusal."""
    _check_may_change(person, by)
    if User.objects.filter(pk=person.pk, is_active=False).update(is_active=True):
        Event.objects.record("account.reactivated", person, by=by)


@transaction.atomic
def drop_second_factor(person: User, *, by: User) -> None:
    """Switch two-step login off for someone who lost telephone and codes. Raises Refusal."""
    _check_may_change(person, by)
    if Authenticator.objects.filter(user=person).delete()[0]:
        Event.objects.record("account.second_factor_dropped", person, by=by)


def may_change(person: User, *, by: User) -> bool:
    """Whether this lead may change the person's roles and access at all."""
    return person.pk != by.pk and not (person.is_superuser or person.is_staff)


def roles_of_account(person: User) -> frozenset[Role]:
    """The roles of an account, also while it may not sign in."""
    names = set(person.groups.values_list("name", flat=True))
    return frozenset(role for role in Role if role.value in names)


def _check_may_change(person: User, by: User) -> None:
    if person.pk == by.pk:
        raise Refusal("Nobody changes their own roles or access: ask another lead.")
    if not may_change(person, by=by):
        raise Refusal("Superusers are changed on the server only.")


def _lock_leads() -> None:
    """Hold the role's row: two leads cannot take the role from each other at once."""
    Group.objects.get_or_create(name=Role.LEAD.value)
    Group.objects.select_for_update().get(name=Role.LEAD.value)


def _check_lead_remains(person: User) -> None:
    others = User.objects.filter(groups__name=Role.LEAD.value, is_active=True).exclude(pk=person.pk)
    if Role.LEAD in roles_of(person) and not others.exists():
        raise Refusal("This is the last lead: give the role to someone else first.")


def _check_grades_nowhere(person: User) -> None:
    places = StudyReviewer.objects.filter(reviewer__user=person)
    studies = places.exclude(study__state=Study.State.CLOSED).values_list("study__name", flat=True)
    if studies:
        raise Refusal(f"{person} still grades in {', '.join(studies)}, and must grade blind.")
