"""The rubric as a form: step labels, path grades, CoT scales, decision, flags."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from pipeline.core.records import TraceRecord
from review.grading.rubric import Choice, Rubric, Scale
from review.grading.submission import (
    GradeSubmission,
    PathSubmission,
    StepSubmission,
    paths_to_grade,
    step_numbers,
)
from review.models import Grade

POINTS = [(point, str(point)) for point in range(1, 6)]
MAX_TEXT_LENGTH = 4000
NOT_IN_DRAFTS = frozenset({"fence", "key", "active_seconds"})


class CommentField(forms.CharField):
    """Text whose length is counted as the browser counts it: a line break is one character."""

    def __init__(self, **kwargs: Any) -> None:
        defaults: dict[str, Any] = {
            "required": False,
            "max_length": MAX_TEXT_LENGTH,
            "widget": forms.Textarea,
        }
        super().__init__(**(defaults | kwargs))

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class ScaleField(forms.TypedChoiceField):
    """Five points with written anchors; nothing is preselected."""

    def __init__(self, scale: Scale, title: str) -> None:
        super().__init__(
            choices=POINTS,
            coerce=int,
            label=title,
            widget=forms.RadioSelect,
            error_messages={"required": f"{title}: choose 1 to 5."},
        )
        self.scale = scale


class ChoicesField(forms.ChoiceField):
    """A few answers with written meanings; nothing is preselected."""

    def __init__(self, choices: tuple[Choice, ...], title: str, **kwargs: Any) -> None:
        super().__init__(
            choices=[(choice.value, choice.title) for choice in choices],
            label=title,
            widget=forms.RadioSelect,
            error_messages={"required": f"{title}: choose one."},
            **kwargs,
        )


@dataclass(frozen=True)
class Layout:
    """What of a trace is judged: step numbers, cited paths, and the edge count of each path."""

    steps: tuple[int, ...]
    paths: tuple[int, ...]
    edges: Mapping[int, int]

    @classmethod
    def of(cls, trace: TraceRecord) -> "Layout":
        """The layout of a trace."""
        paths = paths_to_grade(trace)
        edges = {path: len(trace.paths[path].edges) for path in paths}
        return cls(step_numbers(trace), paths, edges)


@dataclass(frozen=True)
class PathFields:
    """The fields of one cited path (position from 0, number from 1), edges marked invalid."""

    position: int
    number: int
    precision: forms.BoundField
    coherence: forms.BoundField
    invalid: forms.BoundField

    @property
    def marked(self) -> frozenset[int]:
        """Positions of the edges marked invalid."""
        return frozenset(int(value) for value in self.invalid.value() or () if _number(value))


@dataclass(frozen=True)
class StepFields:
    """The fields of one step."""

    label: forms.BoundField
    correction: forms.BoundField


def _number(value: object) -> bool:
    return str(value).isascii() and str(value).isdigit()


class ItemForm(forms.Form):
    """What is entered for an item the queue dealt: drafted as it stands, submitted once."""

    fence = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)
    active_seconds = forms.IntegerField(
        required=False, min_value=0, max_value=10**6, widget=forms.HiddenInput
    )

    @property
    def missing(self) -> list[forms.BoundField]:
        """The fields that have an error, in the order of the screen."""
        return [field for field in self.visible_fields() if field.errors]

    def content(self) -> dict[str, Any]:
        """The fields unchecked, for a draft: known names only, texts cut to their maximum."""
        data = self.data if isinstance(self.data, QueryDict) else QueryDict()
        content = {}
        for name in self.fields.keys() & data.keys() - NOT_IN_DRAFTS:
            # PostgreSQL holds no NUL in a text.
            values = [value.replace("\0", "")[:MAX_TEXT_LENGTH] for value in data.getlist(name)]
            content[name] = values if name.endswith("_invalid") else values[-1]
        return content


class GradeForm(ItemForm):
    """One item's judgement: either all its grades, or the reason why it cannot be judged."""

    def __init__(self, *args: Any, rubric: Rubric, layout: Layout, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.layout = layout
        self.asks_for_labels = bool(rubric.labels)
        self._add_steps(rubric)
        for path in layout.paths:
            self._add_path(rubric, path)
        self.fields["cot_precision"] = ScaleField(rubric.cot_precision, "CoT precision")
        self.fields["cot_coherence"] = ScaleField(rubric.cot_coherence, "CoT coherence")
        self.fields["decision"] = forms.ChoiceField(
            choices=Grade.Decision.choices,
            widget=forms.RadioSelect,
            error_messages={"required": "Decision: choose accept, revise or reject."},
        )
        self._add_flags(rubric)
        if self.data.get("cannot_judge"):
            for name in self._judgement_fields():
                self.fields[name].required = False

    def _add_steps(self, rubric: Rubric) -> None:
        for step in self.layout.steps if rubric.labels else ():
            self.fields[f"step_{step}"] = ChoicesField(rubric.labels, f"Step {step}")
            self.fields[f"step_{step}_correction"] = CommentField(label=f"Step {step} should read")

    def _add_path(self, rubric: Rubric, path: int) -> None:
        title = f"Path {path + 1}"
        self.fields[f"path_{path}_precision"] = ScaleField(
            rubric.path_precision, f"{title} precision"
        )
        self.fields[f"path_{path}_coherence"] = ScaleField(
            rubric.path_coherence, f"{title} coherence"
        )
        self.fields[f"path_{path}_invalid"] = forms.TypedMultipleChoiceField(
            choices=[(edge, str(edge)) for edge in range(self.layout.edges[path])],
            coerce=int,
            required=False,
            label=f"{title} invalid edges",
        )

    def _add_flags(self, rubric: Rubric) -> None:
        none = Choice("", "None", "No harm to be feared")
        severities = (none, *rubric.severities) if rubric.severities else (none,)
        self.fields["safety_flag"] = ChoicesField(severities, "Safety flag", required=False)
        self.fields["answer_key_disputed"] = forms.BooleanField(required=False)
        self.fields["cannot_judge"] = forms.ChoiceField(
            choices=Grade.CannotJudge.choices, required=False, label="Cannot judge"
        )
        self.fields["comment"] = CommentField()

    def _judgement_fields(self) -> Iterator[str]:
        flags = {"fence", "key", "reason"}
        return (name for name in self.fields if name not in flags)

    def step_fields(self) -> Iterator[StepFields]:
        """The label and correction of each step, in order; none by a rubric without labels."""
        for step in self.layout.steps if self.asks_for_labels else ():
            yield StepFields(self[f"step_{step}"], self[f"step_{step}_correction"])

    def path_fields(self) -> Iterator[PathFields]:
        """The fields of each cited path, in order."""
        for path in self.layout.paths:
            name = f"path_{path}"
            yield PathFields(
                path,
                path + 1,
                self[f"{name}_precision"],
                self[f"{name}_coherence"],
                self[f"{name}_invalid"],
            )

    def entry(self) -> GradeSubmission:
        """What was entered."""
        data = self.cleaned_data
        flags = {
            "comment": data["comment"],
            "safety_flag": data["safety_flag"],
            "answer_key_disputed": data["answer_key_disputed"],
            "cannot_judge": data["cannot_judge"],
            "active_seconds": data["active_seconds"],
        }
        if data["cannot_judge"]:
            return GradeSubmission(**flags)
        return GradeSubmission(
            cot_precision=data["cot_precision"],
            cot_coherence=data["cot_coherence"],
            decision=data["decision"],
            paths={path: self._path_entry(path) for path in self.layout.paths},
            steps=self._step_entries(),
            **flags,
        )

    def _path_entry(self, path: int) -> PathSubmission:
        data, name = self.cleaned_data, f"path_{path}"
        invalid = tuple(data[f"{name}_invalid"])
        return PathSubmission(data[f"{name}_precision"], data[f"{name}_coherence"], invalid)

    def _step_entries(self) -> dict[int, StepSubmission]:
        if not self.asks_for_labels:
            return {}
        data = self.cleaned_data
        return {
            step: StepSubmission(data[f"step_{step}"], data[f"step_{step}_correction"])
            for step in self.layout.steps
        }


class AmendForm(GradeForm):
    """A submitted grade, to be changed with a reason."""

    fence = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        max_length=400,
        label="Why you are changing it",
        error_messages={"required": "Say why you are changing the grade."},
    )


class DeclineForm(forms.Form):
    """Why an item is not for this reviewer."""

    fence = forms.IntegerField()
    reason = forms.CharField(max_length=200)


def new_key() -> str:
    """A fresh idempotency key for one rendering of the form."""
    return str(uuid.uuid4())


def content_of(grade: Grade) -> dict[str, Any]:
    """A submitted grade as the form's fields, to be changed."""
    content: dict[str, Any] = {
        name: getattr(grade, name)
        for name in (
            "cot_precision",
            "cot_coherence",
            "decision",
            "comment",
            "safety_flag",
            "answer_key_disputed",
            "cannot_judge",
        )
    }
    for step in grade.step_labels.all():
        content[f"step_{step.step}"] = step.label
        content[f"step_{step.step}_correction"] = step.correction
    for path in grade.path_grades.all():
        content[f"path_{path.path}_precision"] = path.precision
        content[f"path_{path.path}_coherence"] = path.coherence
        content[f"path_{path.path}_invalid"] = path.invalid_edges
    return content
