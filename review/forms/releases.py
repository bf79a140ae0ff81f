"""Forms about policies and releases."""

from dataclasses import fields
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.html import format_html

from pipeline.core.config import BASE_FILTERS, CHECK_FILTERS
from pipeline.core.features import FILTER_MEANINGS
from review.evidence.policies import FILTERS, HARMS, Rules
from review.grading import rubric
from review.models import Policy, Study

LOWEST_GRADE = "The lowest grade that any reviewer gave to any cited path."


HARM_TITLES = {harm.value: harm.title for harm in rubric.CURRENT.harms}


class MinimumField(forms.FloatField):
    """A minimum on the scale from 1 to 5, as a number that a slider may set."""

    def __init__(self, **kwargs: Any) -> None:
        step = forms.NumberInput(attrs={"step": "0.5", "data-slider": ""})
        super().__init__(min_value=1, max_value=5, required=False, widget=step, **kwargs)


class RulesForm(forms.Form):
    """The rule of a policy, field by field."""

    required_filters = forms.MultipleChoiceField(
        choices=[
            (name, format_html("<strong>{}</strong>: {}", name, FILTER_MEANINGS[name]))
            for name in FILTERS
        ],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        initial=list(BASE_FILTERS),
        help_text=f"The last {len(CHECK_FILTERS)} are checks. They run where the configuration "
        "of a batch asks for them, often on a share of its traces: a trace on which a required "
        "check did not run is left out.",
    )
    minimum_precision = MinimumField(initial=4)
    minimum_coherence = MinimumField(initial=4)
    minimum_path_precision = MinimumField(help_text=LOWEST_GRADE)
    minimum_path_coherence = MinimumField(help_text=LOWEST_GRADE)
    minimum_graders = forms.IntegerField(
        min_value=1, max_value=10, initial=1, help_text="For traces that were graded."
    )
    only_accepted = forms.BooleanField(
        required=False, initial=True, label="Only items whose consensus is accept"
    )
    barred_harms = forms.MultipleChoiceField(
        label="Harm that keeps a trace out",
        choices=[(harm, HARM_TITLES[harm]) for harm in HARMS],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        initial=list(HARMS),
        help_text="As adjudicated. A flag that nobody has adjudicated always keeps a trace out.",
    )
    ungraded = forms.ChoiceField(
        label="Traces that nobody graded",
        choices=[("leave_out", "leave out"), ("take", "take if the filters above pass")],
        initial="leave_out",
    )

    def rules(self) -> Rules:
        """The rule entered."""
        data = {field.name: self.cleaned_data[field.name] for field in fields(Rules)}
        data["required_filters"] = tuple(data["required_filters"])
        data["barred_harms"] = tuple(data["barred_harms"])
        return Rules(**data)


class PolicyForm(RulesForm):
    """A filter rule under a name."""

    name = forms.CharField(max_length=120)
    field_order = ("name",)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Policy.objects.filter(name=name).exists():
            raise forms.ValidationError(
                "A policy with this name exists; policies cannot be changed."
            )
        return name


class TryPolicyForm(RulesForm):
    """A rule to try, and a saved policy to set it beside."""

    compare = forms.ModelChoiceField(
        Policy.objects.none(), label="Compare with a saved policy", required=False
    )

    def __init__(self, *args: Any, policies: QuerySet[Policy], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["compare"].queryset = policies  # type: ignore[attr-defined]


class ReleaseForm(forms.Form):
    """Which study is released by which policy, under which name."""

    name = forms.SlugField(max_length=80, help_text="Letters, digits and hyphens.")
    study = forms.ModelChoiceField(Study.objects.none())
    policy = forms.ModelChoiceField(Policy.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["study"].queryset = Study.objects.filter(mode=Study.Mode.SINGLE).order_by("-pk")  # type: ignore[attr-defined]
        self.fields["policy"].queryset = Policy.objects.order_by("-pk")  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name == "new":
            raise forms.ValidationError("Choose another name: this one is reserved.")
        return name


class WithdrawForm(forms.Form):
    """Why a release is withdrawn."""

    reason = forms.CharField(max_length=400)
