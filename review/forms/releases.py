"""Forms about policies and releases."""

from typing import Any

from django import forms

from review.models import Policy, Study
from review.policies import FILTERS, Rules

LOWEST_GRADE = "The lowest grade that any reviewer gave to any cited path."


class PolicyForm(forms.Form):
    """A filter rule under a name."""

    name = forms.CharField(max_length=120)
    required_filters = forms.MultipleChoiceField(
        choices=[(name, name) for name in FILTERS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        initial=list(FILTERS),
    )
    minimum_precision = forms.FloatField(min_value=1, max_value=5, required=False, initial=4)
    minimum_coherence = forms.FloatField(min_value=1, max_value=5, required=False, initial=4)
    minimum_path_precision = forms.FloatField(
        min_value=1, max_value=5, required=False, help_text=LOWEST_GRADE
    )
    minimum_path_coherence = forms.FloatField(
        min_value=1, max_value=5, required=False, help_text=LOWEST_GRADE
    )
    minimum_graders = forms.IntegerField(
        min_value=0,
        max_value=10,
        initial=1,
        help_text="0 also takes traces that nobody has graded, if nothing else asks for a grade.",
    )
    only_accepted = forms.BooleanField(
        required=False, initial=True, label="Only items whose consensus is accept"
    )

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Policy.objects.filter(name=name).exists():
            raise forms.ValidationError("A policy of this name exists; policies never change.")
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        asks = data.get("only_accepted") or any(
            value for name, value in data.items() if name.startswith("minimum_") and value
        )
        if data.get("minimum_graders") == 0 and asks:
            self.add_error(
                "minimum_graders",
                "A trace that nobody has graded has no consensus: ask for 1 grader or more, "
                "or for no minimum and no acceptance.",
            )
        return data

    def rules(self) -> Rules:
        """The rule entered."""
        data = dict(self.cleaned_data)
        del data["name"]
        data["required_filters"] = tuple(data["required_filters"])
        return Rules(**data)


class ReleaseForm(forms.Form):
    """Which study is released by which policy, under which name."""

    name = forms.SlugField(max_length=80, help_text="Letters, digits and hyphens.")
    study = forms.ModelChoiceField(Study.objects.none())
    policy = forms.ModelChoiceField(Policy.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["study"].queryset = Study.objects.order_by("-pk")  # type: ignore[attr-defined]
        self.fields["policy"].queryset = Policy.objects.order_by("-pk")  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name == "new":
            raise forms.ValidationError("Choose another name: this one is an address here.")
        return name


class WithdrawForm(forms.Form):
    """Why a release is withdrawn."""

    reason = forms.CharField(max_length=400)
