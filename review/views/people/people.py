"""People: accounts, roles, access, profiles."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pipeline.accounts.roles import Role, SignedInRequest, has_second_factor, role_required
from pipeline.refusals import refusals_as_messages, status_of
from review import access
from review.forms.people import ProfileForm, RolesForm
from review.models import Reviewer
from review.people import password_links
from review.people import roles as people
from review.people.profiles import save_profile


@require_GET
@role_required(Role.LEAD)
def people_list(request: SignedInRequest) -> HttpResponse:
    """Every account, and the invitations that wait."""
    context = {
        "people": [(person, _role_names(person)) for person in access.people_for(request.user)],
        "invitations": access.invitations_for(request.user),
        "may_change": Role.LEAD in request.roles,
    }
    return render(request, "review/people_list.html", context)


def _role_names(person: User) -> list[str]:
    return sorted(group.name for group in person.groups.all())


@require_GET
@role_required(Role.LEAD)
def person_detail(request: SignedInRequest, person_id: int) -> HttpResponse:
    """One person: roles, access, profile."""
    person = access.person_for(request.user, person_id)
    return _person_page(request, person)


@require_POST
@role_required(Role.LEAD)
def person_roles(request: SignedInRequest, person_id: int) -> HttpResponse:
    """Set the person's roles."""
    person = access.person_for(request.user, person_id)
    form = RolesForm(request.POST)
    if not form.is_valid():
        return _person_page(request, person, roles_form=form)
    return _apply(
        request, person, lambda: people.set_roles(person, form.chosen(), by=request.user), "Roles"
    )


@require_POST
@role_required(Role.LEAD)
def person_steer(request: SignedInRequest, person_id: int, action: str) -> HttpResponse:
    """Deactivate, reactivate, or drop a lost second step."""
    person = access.person_for(request.user, person_id)
    steer = {
        "deactivate": people.deactivate,
        "reactivate": people.reactivate,
        "drop-second-step": people.drop_second_factor,
    }[action]
    return _apply(request, person, lambda: steer(person, by=request.user), "Access")


@require_POST
@role_required(Role.LEAD)
def person_profile(request: SignedInRequest, person_id: int) -> HttpResponse:
    """Complete a reviewer's profile for them."""
    person = access.person_for(request.user, person_id)
    reviewer = access.reviewer_of(person)
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return _person_page(request, person, profile_form=form)
    save_profile(reviewer, form.profile(), by=request.user)
    messages.success(request, "Profile saved.")
    return redirect("review:person", person.pk)


@require_http_methods(["GET", "POST"])
@role_required(Role.REVIEWER)
def own_profile(request: SignedInRequest) -> HttpResponse:
    """A reviewer's own profile."""
    reviewer = access.reviewer_of(request.user)
    form = ProfileForm(request.POST) if request.method == "POST" else _profile_form(reviewer)
    if form.is_bound and form.is_valid():
        save_profile(reviewer, form.profile(), by=request.user)
        messages.success(request, "Profile saved.")
        return redirect("review:profile")
    context = {"form": form, "reviewer": reviewer}
    return render(request, "review/profile.html", context, status=status_of(form))


def _apply(
    request: SignedInRequest, person: User, change: Callable[[], None], what: str
) -> HttpResponse:
    with refusals_as_messages(request):
        change()
        messages.success(request, f"{what} of {person} changed.")
    return redirect("review:person", person.pk)


def _person_page(
    request: SignedInRequest,
    person: User,
    *,
    roles_form: RolesForm | None = None,
    profile_form: ProfileForm | None = None,
) -> HttpResponse:
    reviewer = Reviewer.objects.filter(user=person).first()
    roles = sorted(people.roles_of_account(person))
    context: dict[str, Any] = {
        "person": person,
        "roles": roles,
        "reviewer": reviewer,
        "has_second_factor": has_second_factor(person),
        "may_change": Role.LEAD in request.roles and people.may_change(person, by=request.user),
        "may_reset": Role.LEAD in request.roles
        and password_links.may_reset(person, by=request.user),
        "may_complete": Role.LEAD in request.roles and reviewer is not None,
        "roles_form": roles_form or RolesForm(initial={"roles": roles}),
        "profile_form": profile_form or (_profile_form(reviewer) if reviewer else None),
    }
    return render(
        request, "review/person.html", context, status=status_of(roles_form, profile_form)
    )


def _profile_form(reviewer: Reviewer) -> ProfileForm:
    return ProfileForm(
        initial={
            "specialty": reviewer.specialty,
            "seniority": reviewer.seniority,
            "declared_interests": reviewer.declared_interests,
        }
    )
