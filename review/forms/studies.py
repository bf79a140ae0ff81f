"""Forms about studies."""

from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet

from pipeline.models import Batch, Trace
from review.models import Reviewer, Study

MOST_ITEMS = 10_000_000


class BatchesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Batches by name, number, day and what there is to grade: names alone repeat."""

    def label_from_instance(self, obj: Any) -> str:
        started = f"{obj.started_at:%-d %B %Y}"
        return f"{obj.name} (batch {obj.pk}, {started}, {obj.state}, {obj.made} with a CoT)"


class StudyForm(forms.Form):
    """What a lead opens a study with."""

    name = forms.CharField(max_length=120)
    batches = BatchesField(
        Batch.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text="Demonstration and model traces never share a study.",
    )
    reviewers = forms.ModelMultipleChoiceField(
        Reviewer.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    overlap = forms.IntegerField(
        label="Grades an item",
        min_value=1,
        max_value=10,
        initial=2,
        help_text="From different reviewers; agreement can be measured from two on.",
    )
    size = forms.IntegerField(
        label="Items",
        min_value=1,
        max_value=MOST_ITEMS,
        required=False,
        help_text="Drawn at random within source and verdict. Empty: every trace with a CoT.",
    )
    include_discarded = forms.BooleanField(
        required=False,
        initial=True,
        label="Include traces that the automatic filters rejected",
        help_text="Without them nobody can know how often the filters are wrong.",
    )
    hide_answer_key = forms.BooleanField(
        required=False,
        label="Hide the answer key from the reviewers",
        help_text="Their grades then cannot lean on it.",
    )
    guidelines = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Shown to every reviewer of the study.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["batches"].queryset = _batches_to_grade()  # type: ignore[attr-defined]
        self.fields["reviewers"].queryset = Reviewer.objects.select_related("user")  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Study.objects.filter(name=name).exists():
            raise forms.ValidationError("A study of this name exists.")
        return name


def _batches_to_grade() -> QuerySet[Batch]:
    made = Count("traces", filter=Q(traces__state=Trace.State.MADE, traces__is_current=True))
    return Batch.objects.annotate(made=made).filter(made__gt=0).order_by("-pk")
