"""Forms of the review's screens."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet

from pipeline.models import Batch, Trace
from review.grading import GradeEntry, PathEntry
from review.models import Grade, Policy, Reviewer, Study
from review.policies import FILTERS, Rules
from review.rubric import Rubric, Scale

MOST_ITEMS = 10_000_000
POINTS = [(point, str(point)) for point in range(1, 6)]


class CommentField(forms.CharField):
    """Text whose length is counted as the browser counts it: a line break is one character."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class ScaleField(forms.TypedChoiceField):
    """Five points with written anchors; nothing is chosen beforehand."""

    def __init__(self, scale: Scale, title: str) -> None:
        super().__init__(
            choices=POINTS,
            coerce=int,
            label=title,
            widget=forms.RadioSelect,
            error_messages={"required": f"{title}: choose 1 to 5."},
        )
        self.scale = scale


@dataclass(frozen=True)
class PathFields:
    """The two bound scales of one cited path (position from 0, number from 1)."""

    position: int
    number: int
    precision: forms.BoundField
    coherence: forms.BoundField


class GradeForm(forms.Form):
    """The rubric as a form: CoT scales, two scales for each cited path, decision, comment."""

    fence = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, rubric: Rubric, paths: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.paths = paths
        self.fields["cot_precision"] = ScaleField(rubric.cot_precision, "CoT precision")
        self.fields["cot_coherence"] = ScaleField(rubric.cot_coherence, "CoT coherence")
        for path in paths:
            title = f"Path {path + 1}"
            self.fields[f"path_{path}_precision"] = ScaleField(
                rubric.path_precision, f"{title} precision"
            )
            self.fields[f"path_{path}_coherence"] = ScaleField(
                rubric.path_coherence, f"{title} coherence"
            )
        self.fields["decision"] = forms.ChoiceField(
            choices=Grade.Decision.choices,
            widget=forms.RadioSelect,
            error_messages={"required": "Decision: choose accept, revise or reject."},
        )
        self.fields["comment"] = CommentField(
            required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 2})
        )

    def path_fields(self) -> Iterator[PathFields]:
        """The scales of each cited path, in order."""
        for path in self.paths:
            yield PathFields(
                path, path + 1, self[f"path_{path}_precision"], self[f"path_{path}_coherence"]
            )

    @property
    def missing(self) -> list[forms.BoundField]:
        """The fields that have an error, in the order of the screen."""
        return [field for field in self.visible_fields() if field.errors]

    def entry(self) -> GradeEntry:
        """What was entered."""
        data = self.cleaned_data
        return GradeEntry(
            cot_precision=data["cot_precision"],
            cot_coherence=data["cot_coherence"],
            decision=data["decision"],
            paths={
                path: PathEntry(data[f"path_{path}_precision"], data[f"path_{path}_coherence"])
                for path in self.paths
            },
            comment=data["comment"],
        )


def new_key() -> str:
    """A fresh idempotency key for one rendering of the form."""
    return str(uuid.uuid4())


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
