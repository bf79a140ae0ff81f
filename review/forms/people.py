"""Forms about people: invitations, roles, profiles; filters of the audit."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator

from pipeline.accounts.roles import Role
from pipeline.models import Event, Login
from pipeline.models.events import HOUSE
from review.models import Reviewer, Study
from review.people.profiles import Profile

ROLES = [(role.value, role.value.capitalize()) for role in Role]


class InvitationForm(forms.Form):
    """Who a link is for, and how long it works."""

    meant_for = forms.CharField(
        label="For whom", max_length=120, help_text="A name by which you know the person."
    )
    role = forms.ChoiceField(choices=ROLES, widget=forms.RadioSelect)
    email = forms.EmailField(
        required=False,
        label="E-mail address",
        help_text="The link is sent there if this installation sends e-mail.",
    )
    days = forms.IntegerField(label="Valid for (days)", min_value=1, max_value=30, initial=7)


class ProfileForm(forms.Form):
    """A reviewer's profile; routing and the agreement report use it."""

    specialty = forms.CharField(max_length=80, required=False, help_text="For example: cardiology.")
    seniority = forms.ChoiceField(
        choices=[("", "not given"), *Reviewer.Seniority.choices], required=False
    )
    declared_interests = forms.CharField(
        max_length=2000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text="Ties to makers of drugs, devices or models that readers of your grades should "
        "know about, or: none.",
    )

    def profile(self) -> Profile:
        """The profile entered."""
        data = self.cleaned_data
        return Profile(data["specialty"], data["seniority"], data["declared_interests"])


class PasswordForm(forms.Form):
    """A new password, entered twice; it may not resemble `account`."""

    account = ""
    password = forms.CharField(
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text="At least 12 characters, and not easy to guess.",
    )
    password_again = forms.CharField(
        strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        password = data.get("password", "")
        if password and password != data.get("password_again", password):
            self.add_error("password_again", "The passwords do not match.")
        if password:
            try:
                validate_password(password, User(username=data.get("username", self.account)))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data


class NewPasswordForm(PasswordForm):
    """Another password for the account of this user name."""

    def __init__(self, *args: Any, account: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account


class AcceptForm(PasswordForm):
    """The user name and password of a new account."""

    field_order = ("username", "password", "password_again")

    username = forms.CharField(
        label="User name",
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput({"autocomplete": "username", "spellcheck": "false"}),
    )


class AcceptAsReviewerForm(ProfileForm, AcceptForm):
    """The new account of a reviewer, with their profile."""


class RolesForm(forms.Form):
    """The roles of one person."""

    roles = forms.MultipleChoiceField(
        label="May act as", choices=ROLES, required=False, widget=forms.CheckboxSelectMultiple
    )

    def chosen(self) -> list[Role]:
        """The roles entered."""
        return [Role(name) for name in self.cleaned_data["roles"]]


class AuditForm(forms.Form):
    """Filters of the audit: fixed fields only, never a lookup that the visitor makes up."""

    chain = forms.ChoiceField(label="Study", required=False)
    actor = forms.ModelChoiceField(
        User.objects.order_by("username"), required=False, empty_label="everyone"
    )
    action = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        studies = [(study.event_chain, study.name) for study in Study.objects.order_by("-pk")]
        actions = Event.objects.order_by("action").values_list("action", flat=True).distinct()
        self.fields["chain"].choices = [("", "all"), (HOUSE, "none: the house"), *studies]  # type: ignore[attr-defined]
        self.fields["action"].choices = [("", "all"), *((name, name) for name in actions)]  # type: ignore[attr-defined]


class LoginsForm(forms.Form):
    """Filters of the login log."""

    user = forms.ModelChoiceField(
        User.objects.order_by("username"), required=False, label="Person", empty_label="everyone"
    )
    kind = forms.ChoiceField(required=False, choices=[("", "all"), *Login.Kind.choices])
