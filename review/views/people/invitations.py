"""Invitations: a lead makes and revokes links; whoever holds one makes their account."""

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.core.mail import send_mail
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from pipeline.accounts.roles import Role, SignedInRequest, role_required
from pipeline.log import log
from pipeline.refusals import refusals_on, status_of
from review import access
from review.forms.people import AcceptAsReviewerForm, AcceptForm, InvitationForm
from review.models import Invitation
from review.people import invitations
from review.people.accounts import NoSuchLink


@never_cache
@require_http_methods(["GET", "POST"])
@role_required(Role.LEAD)
def invitation_new(request: SignedInRequest) -> HttpResponse:
    """Make a link. It is in this one answer and nowhere else."""
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        data["role"] = Role(data["role"])
        invitation, token = invitations.invite(**data, made_by=request.user)
        link = request.build_absolute_uri(reverse("review:invitation_accept", args=[token]))
        context = {"invitation": invitation, "link": link, "sent": _mail_link(invitation, link)}
        return render(request, "review/invitation_made.html", context)
    return render(request, "review/invitation_new.html", {"form": form}, status=status_of(form))


@require_POST
@role_required(Role.LEAD)
def invitation_revoke(request: SignedInRequest, invitation_id: int) -> HttpResponse:
    """End a link before its time."""
    invitation = access.invitation_for(request.user, invitation_id)
    if invitations.revoke(invitation, by=request.user):
        messages.success(request, f"The link for {invitation.meant_for} no longer works.")
    else:
        messages.error(request, "This link had already stopped working.")
    return redirect("review:people")


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """Create an account by a link; wrong, used, expired and revoked links get the same answer."""
    if (refusal := too_many(request)) is not None:
        return refusal
    try:
        invitation = invitations.invitation_by_token(token)
        form = _accept_form(request, invitation)
        if form.is_bound and form.is_valid() and _accept(form, token):
            messages.success(request, "Your account has been created. You can log in now.")
            return redirect("account_login")
    except NoSuchLink:
        return render(request, "review/link_unknown.html", status=404)
    context = {"form": form, "invitation": invitation}
    return render(request, "review/invitation_accept.html", context, status=status_of(form))


def _accept_form(request: HttpRequest, invitation: Invitation) -> AcceptForm:
    kind = AcceptAsReviewerForm if invitation.role == Role.REVIEWER else AcceptForm
    return kind(request.POST if request.method == "POST" else None)


def _accept(form: AcceptForm, token: str) -> bool:
    data = form.cleaned_data
    profile = form.profile() if isinstance(form, AcceptAsReviewerForm) else None
    with refusals_on(form):
        invitations.accept(
            token, username=data["username"], password=data["password"], profile=profile
        )
    return form.is_valid()


def too_many(request: HttpRequest) -> HttpResponse | None:
    """The refusal after too many links from one address; opening one counts, since guessers do."""
    if ratelimit.consume(request, app="allauth.account", action="link", limit_get=True):
        return None
    return render(request, "429.html", status=429)


def _mail_link(invitation: Invitation, link: str) -> bool | None:
    """Whether the link went out by mail; None where nobody asked for it or there is no mail."""
    if not invitation.email or not settings.MAIL_WORKS:
        return None
    text = (
        f"You are invited to MedReason Web as {invitation.role}. Create your account here:\n\n"
        f"{link}\n\nThe link works once, until {invitation.expires_at:%-d %B %Y %H:%M} UTC.\n"
    )
    try:
        send_mail("Your invitation to MedReason Web", text, None, [invitation.email])
    except OSError as error:  # every fault of the mail server is one
        log.warning("invitation not mailed", invitation=invitation.pk, error=type(error).__name__)
        return False
    return True
