"""The form that opens a study."""

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet

from pipeline.forms.marks import needed
from pipeline.forms.sections import FormSection
from pipeline.models import Batch, Trace
from review.grading import rubric
from review.models import Control, Reviewer, Study
from review.sampling.draw import ALLOCATIONS, DEFAULT_VARIABLES, VARIABLES
from review.studies.lifecycle import StudyPlan

MAX_ITEMS = 10_000_000
MAX_GRADES_PER_ITEM = 10
MAX_GUIDELINES_LENGTH = 20_000


def _title(name: str) -> str:
    return name.replace("_", " ")


class BatchesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Batches by name, number, day and gradable traces, since names alone may repeat."""

    def label_from_instance(self, obj: Any) -> str:
        started = f"{obj.started_at:%-d %B %Y}"
        return f"{obj.name} (batch {obj.pk}, {started}, {obj.state}, {obj.gradable} with a CoT)"


class ReviewersField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Reviewers by name, with the specialty used for routing."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj} ({obj.specialty})" if obj.specialty else str(obj)


class ControlsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Controls by their question and what they expect."""

    def label_from_instance(self, obj: Any) -> str:
        expected = " / ".join(filter(None, (str(obj.precision), str(obj.coherence), obj.decision)))
        return f"{obj.trace.question.text[:90]} … expects {expected}"


class StudyForm(forms.Form):
    """What a lead opens a study with, in sections."""

    name = forms.CharField(max_length=120)
    batches = BatchesField(
        Batch.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text="A study cannot mix demonstration traces with any others.",
    )
    size = forms.IntegerField(
        label="Items",
        min_value=1,
        max_value=MAX_ITEMS,
        required=False,
        help_text="Drawn at random within the strata below. Leave empty for all traces with a CoT.",
    )
    strata = forms.MultipleChoiceField(
        label="Stratify by",
        choices=[(name, _title(name)) for name in VARIABLES],
        initial=DEFAULT_VARIABLES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Each combination is a stratum with its own recorded probability of being drawn.",
    )
    allocation = forms.ChoiceField(
        choices=[(name, _title(name)) for name in ALLOCATIONS],
        initial="proportional",
        required=False,
        help_text="How a smaller sample is divided among the strata: in proportion to their size, "
        "to its square root, or equally.",
    )
    minimum = forms.IntegerField(
        label="Minimum from each stratum",
        min_value=1,
        max_value=MAX_ITEMS,
        initial=1,
        required=False,
    )
    include_discarded = forms.BooleanField(
        required=False,
        initial=True,
        label="Include traces that the automatic filters rejected",
        help_text="Without them nobody can measure how often the filters are wrong.",
    )
    reviewers = ReviewersField(Reviewer.objects.none(), widget=forms.CheckboxSelectMultiple)
    overlap = forms.IntegerField(
        label="Grades per item",
        min_value=1,
        max_value=MAX_GRADES_PER_ITEM,
        initial=2,
        help_text="From different reviewers; agreement can be measured from two upwards.",
    )
    reliability_percent = forms.FloatField(
        label="Reliability subset, % of items",
        min_value=0,
        max_value=100,
        initial=0,
        required=False,
        help_text="A random part of the items, graded by more reviewers.",
    )
    reliability_overlap = forms.IntegerField(
        label="Grades in the reliability subset",
        min_value=1,
        max_value=MAX_GRADES_PER_ITEM,
        required=False,
    )
    cap = forms.IntegerField(
        label="Maximum items per reviewer",
        min_value=1,
        max_value=MAX_ITEMS,
        required=False,
        help_text="Leave empty for no maximum.",
    )
    route_by_specialty = forms.BooleanField(
        required=False, label="Keep items for reviewers of the question's specialty"
    )
    fallback_hours = forms.IntegerField(
        label="Hours until everyone may get them",
        min_value=0,
        max_value=24 * 365,
        initial=48,
        required=False,
    )
    controls = ControlsField(
        Control.objects.none(),
        label="Control items",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Every reviewer gets each of them, mixed in with the other items.",
    )
    repeat_percent = forms.FloatField(
        label="Repeats, % of items",
        min_value=0,
        max_value=100,
        initial=0,
        required=False,
        help_text="Given again to whoever graded them, to measure how consistent they are.",
    )
    repeat_gap = forms.IntegerField(
        label="Items between an item and its repeat",
        min_value=1,
        max_value=10_000,
        initial=20,
        required=False,
    )
    placebo_items = forms.IntegerField(
        label="Placebo items",
        min_value=0,
        max_value=MAX_ITEMS,
        initial=0,
        required=False,
        help_text="Traces that argue for a wrong option, from batches made with a placebo share. "
        "They show what the filters are worth: how often clinicians accept what the filters keep "
        "although it is wrong. Reviewers are told that there may be some, never which.",
    )
    practice_round = forms.BooleanField(
        required=False,
        label="Begin with a practice round",
        help_text="Its answers are stored apart from grades.",
    )
    rubric_version = forms.ChoiceField(
        choices=[(version, f"version {version}") for version in rubric.RUBRICS],
        initial=rubric.CURRENT.version,
        required=False,
        label="Rubric",
    )
    hide_answer_key = forms.BooleanField(
        required=False,
        label="Hide the answer key until coherence is graded",
        help_text="The coherence of the chain of thought is then graded blind, and kept.",
    )
    reveal_after_submit = forms.BooleanField(
        required=False,
        label="After submitting, show the filters' verdict, then the other grades",
        help_text="The blind grade is kept; later changes are revisions.",
    )
    guidelines = forms.CharField(
        required=False,
        max_length=MAX_GUIDELINES_LENGTH,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Shown to every reviewer of the study. Markdown: headings, lists, emphasis, "
        "tables, links.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needed(self, reliability_overlap="needed with a reliability subset")
        people = Reviewer.objects.filter(user__is_active=True).select_related("user")
        controls = Control.objects.filter(is_active=True).select_related("trace__question")
        for name, rows in (
            ("batches", _batches_to_grade()),
            ("reviewers", people),
            ("controls", controls.select_related("trace__batch").defer("trace__record")),
        ):
            self.fields[name].queryset = rows  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Study.objects.filter(name=name).exists():
            raise forms.ValidationError("A study with this name exists.")
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reliability_percent") and not data.get("reliability_overlap"):
            self.add_error("reliability_overlap", "How many grades does the subset get?")
        return data

    def plan(self) -> StudyPlan:
        """The plan entered; an empty field means its initial value."""
        data = dict(self.cleaned_data)
        for name in ("allocation", "minimum", "fallback_hours", "repeat_gap", "rubric_version"):
            if data[name] in (None, ""):
                data[name] = self.fields[name].initial
        data["placebo_items"] = data["placebo_items"] or 0
        data["repeat_share"] = (data.pop("repeat_percent") or 0) / 100
        data["reliability_share"] = (data.pop("reliability_percent") or 0) / 100
        if not data["reliability_share"]:
            data["reliability_overlap"] = None
        return StudyPlan(**data)

    def sections(self) -> Iterator[FormSection]:
        """The fields under their headings, in order."""
        for title, (hint, names) in SECTIONS.items():
            yield FormSection(title, hint, tuple(self[name] for name in names))


SECTIONS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "Sample": (
        "Which traces are graded. Every item records the probability with which it was drawn.",
        ("name", "batches", "size", "strata", "allocation", "minimum", "include_discarded"),
    ),
    "Reviewers": (
        "Who grades, and how often each item is graded.",
        (
            "reviewers",
            "overlap",
            "reliability_percent",
            "reliability_overlap",
            "cap",
            "route_by_specialty",
            "fallback_hours",
        ),
    ),
    "Checks on grading": (
        "Reviewers cannot tell these items from the others; no estimate counts them.",
        ("controls", "repeat_percent", "repeat_gap", "placebo_items", "practice_round"),
    ),
    "What reviewers see": (
        "",
        ("rubric_version", "hide_answer_key", "reveal_after_submit", "guidelines"),
    ),
}


def _batches_to_grade() -> QuerySet[Batch]:
    made = Q(traces__state=Trace.State.MADE, traces__is_current=True)
    gradable = Count("traces", filter=made & Q(traces__arm=Trace.Arm.KEY))
    rows = Batch.objects.filter(is_trial=False).annotate(gradable=gradable)
    return rows.filter(gradable__gt=0).order_by("-pk")
