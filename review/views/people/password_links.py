"""Password resets: a lead makes a link; whoever holds it chooses the account's password."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from pipeline.accounts import login_log
from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.models import Login
from pipeline.refusals import refusals_as_messages, status_of
from review import access
from review.forms.people import NewPasswordForm
from review.people import password_links
from review.people.accounts import NoSuchLink
from review.views.people.invitations import too_many


@never_cache
@require_POST
@role_required(Role.LEAD)
def person_reset(request: SignedInRequest, person_id: int) -> HttpResponse:
    """Make a link for a person. It is in this one answer and nowhere else."""
    person = access.person_for(request.user, person_id)
    with refusals_as_messages(request):
        parts = password_links.reset_link(person, by=request.user)
        link = request.build_absolute_uri(reverse("review:password_reset", args=parts))
        return render(request, "review/reset_made.html", {"person": person, "link": link})
    return redirect("review:person", person.pk)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password_reset(request: HttpRequest, account: str, token: str) -> HttpResponse:
    """Choose a new password by a link; wrong, used and expired links are answered alike."""
    if (refusal := too_many(request)) is not None:
        return refusal
    try:
        person = password_links.account_by_link(account, token)
        form = NewPasswordForm(request.POST or None, account=person.get_username())
        if form.is_valid():
            password_links.reset_password(account, token, password=form.cleaned_data["password"])
            login_log.record(Login.Kind.PASSWORD_CHANGED, user=person, request=request)
            messages.success(request, "Your password has been changed. You can log in now.")
            return redirect("account_login")
    except NoSuchLink:
        return render(request, "review/link_unknown.html", status=404)
    return render(
        request, "review/reset.html", {"form": form, "person": person}, status=status_of(form)
    )
