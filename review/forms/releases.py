"""Forms about policies and releases."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.utils.html import format_html

from pipeline.core.config import BASE_FILTERS, CHECK_FILTERS
from pipeline.core.duplicates.splits import MAX_SEED, new_seed, shares_from
from pipeline.core.features import FILTER_MEANINGS
from pipeline.core.release_format.creators import EXAMPLE, creators_from
from pipeline.models import Batch, Trace
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


class BatchesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Batches by name, number, kind and traces made."""

    def label_from_instance(self, obj: Any) -> str:
        kind = obj.reasoner_kind.replace("_", " ")
        return f"{obj.name} (batch {obj.pk}, {kind}, {obj.made:,} traces, {obj.kept:,} kept)"


class StudiesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Studies by name, with the batches that they sampled."""

    def label_from_instance(self, obj: Any) -> str:
        batches = ", ".join(batch.name for batch in obj.batches.all())
        return f"{obj.name} (sampled {batches})"


class ReleaseForm(forms.Form):
    """What is released, by which policy, with which evidence, under which name.

    `batches`: ids of batches chosen beforehand; only studies of these are offered then.
    """

    name = forms.SlugField(max_length=80, help_text="Letters, digits and hyphens.")
    batches = BatchesField(
        Batch.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Every trace that the policy keeps, graded or not. Choose none to release only "
        "the items of the studies below.",
    )
    studies = StudiesField(
        Study.objects.none(),
        label="Evidence",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Studies whose grades count, at most one for each batch. Without any, nothing "
        "is known of how good the traces are.",
    )
    policy = forms.ModelChoiceField(Policy.objects.none())
    shares = forms.CharField(
        label="Train, validation, test",
        initial="90, 5, 5",
        max_length=40,
        help_text="Per cent of the rows. Near-duplicate questions stay in one split.",
    )
    seed = forms.IntegerField(
        min_value=0,
        max_value=MAX_SEED,
        initial=new_seed,
        help_text="The same seed splits the same rows in the same way.",
    )
    with_comments = forms.BooleanField(
        label="What raters wrote in words goes into the studies' archives",
        required=False,
        help_text="Free text may identify people: read it before you publish.",
    )

    creators = forms.CharField(
        label="Whom to cite",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=f"One person or organisation a line: {EXAMPLE}. The name alone is enough.",
    )
    contact = forms.CharField(
        label="Whom to ask about it",
        required=False,
        max_length=200,
        help_text="A name or an address that the data set card shows to everyone.",
    )

    def __init__(self, *args: Any, batches: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        studies = Study.objects.filter(mode=Study.Mode.SINGLE).prefetch_related("batches")
        if chosen := [int(pk) for pk in batches if pk.isdecimal()]:
            studies = studies.filter(batches__in=chosen).distinct()
        fields: dict[str, Any] = self.fields
        fields["studies"].queryset = studies.order_by("-pk")
        fields["batches"].queryset = _releasable_batches()
        fields["policy"].queryset = Policy.objects.order_by("-pk")

    def clean_shares(self) -> dict[str, float]:
        try:
            return shares_from(self.cleaned_data["shares"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_creators(self) -> list[dict[str, str]]:
        try:
            return creators_from(self.cleaned_data["creators"].splitlines())
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name == "new":
            raise forms.ValidationError("Choose another name: this one is reserved.")
        return name


def _releasable_batches() -> QuerySet[Batch]:
    """Batches that are no trials, with how many current traces towards the key they made."""
    made = Q(traces__arm=Trace.Arm.KEY, traces__is_current=True, traces__state=Trace.State.MADE)
    kept = made & Q(traces__kept=True)
    counts = {"made": Count("traces", filter=made), "kept": Count("traces", filter=kept)}
    return Batch.objects.filter(is_trial=False).annotate(**counts).order_by("-pk")


class WithdrawForm(forms.Form):
    """Why a release is withdrawn."""

    reason = forms.CharField(max_length=400)
