"""Forms of settling disagreement: an item, a grade sent back, a disputed answer key."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from pipeline.models import Question
from review.adjudication.settle import Settlement
from review.forms.grading import CommentField, ScaleField
from review.grading.rubric import Rubric
from review.models import Grade, KeyRuling, StepLabel

NO_FLAG = "none"
FLAGS = [(value or NO_FLAG, title) for value, title in Grade.SafetyFlag.choices]
UNSETTLED = [("", "not settled"), *StepLabel.Label.choices]


@dataclass(frozen=True)
class StepField:
    """The field that settles one step (from 1)."""

    step: int
    field: forms.BoundField


def _text(label: str, **options: Any) -> CommentField:
    return CommentField(
        label=label,
        required=True,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        **options,
    )


class SettleForm(forms.Form):
    """An adjudicator's settlement of an item; nothing is preselected.

    If a grade raised a safety flag, the adjudicator must rule on it.
    """

    fence = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, rubric: Rubric, steps: Sequence[int], flagged: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.steps = steps
        self.fields["precision"] = ScaleField(rubric.cot_precision, "Precision")
        self.fields["coherence"] = ScaleField(rubric.cot_coherence, "Coherence")
        self.fields["decision"] = forms.ChoiceField(
            choices=Grade.Decision.choices,
            widget=forms.RadioSelect,
            error_messages={"required": "Decision: choose accept, revise or reject."},
        )
        self.fields["safety_flag"] = forms.ChoiceField(
            choices=FLAGS,
            widget=forms.RadioSelect,
            required=flagged,
            error_messages={
                "required": "Safety flag: a grader raised one. Choose its severity, or none."
            },
        )
        self.fields["answer_key_disputed"] = forms.BooleanField(
            required=False, label="The answer key is in doubt (goes to the lead)"
        )
        self.fields["rationale"] = _text(
            "Rationale", error_messages={"required": "Rationale: say why."}
        )
        for step in steps:
            self.fields[f"step_{step}"] = forms.ChoiceField(
                choices=UNSETTLED,
                required=False,
                label=f"Step {step}",
                widget=forms.Select(attrs={"form": "settle", "aria-label": f"Step {step} settled"}),
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        unsettled = [step for step in self.steps if not data.get(f"step_{step}")]
        if unsettled and len(unsettled) < len(self.steps):
            for step in unsettled:
                self.add_error(f"step_{step}", "Settle every step, or none.")
        return data

    @property
    def step_fields(self) -> list[StepField]:
        """The select of each step, for the row that compares its labels."""
        return [StepField(step, self[f"step_{step}"]) for step in self.steps]

    @property
    def missing(self) -> Iterator[forms.BoundField]:
        """The fields that have an error, in the order of the screen."""
        return (field for field in self.visible_fields() if field.errors)

    def settlement(self) -> Settlement:
        """What was decided."""
        data = self.cleaned_data
        flag = data["safety_flag"]
        return Settlement(
            precision=data["precision"],
            coherence=data["coherence"],
            decision=data["decision"],
            rationale=data["rationale"],
            safety_flag="" if flag == NO_FLAG else flag,
            answer_key_disputed=data["answer_key_disputed"],
            step_labels={step: data[f"step_{step}"] for step in self.steps if data[f"step_{step}"]},
        )


class SendBackForm(forms.Form):
    """Which graders look again, by letter, and the comment they get."""

    letters = forms.MultipleChoiceField(
        label="Send back to",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose whose grade goes back."},
    )
    comment = _text(
        "Comment for them",
        help_text="They see this and their own grade. Do not tell them what others said.",
    )

    def __init__(self, *args: Any, letters: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["letters"].choices = [(letter, letter) for letter in letters]  # type: ignore[attr-defined]


class ReplyForm(forms.Form):
    """Why a grade stands."""

    reply = _text("Why your grade stands")


class RulingForm(forms.Form):
    """What a lead rules on a disputed answer key, and why; of a wrong key, the right one."""

    seen = forms.CharField(widget=forms.HiddenInput)
    ruling = forms.ChoiceField(choices=KeyRuling.Ruling.choices, widget=forms.RadioSelect)
    reason = _text("Reason")

    def __init__(self, *args: Any, question: Question, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about: dict[str, Any] = {
            "required": False,
            "label": "The right answer, where the key is wrong and you know it",
            "help_text": "The question goes on with it. Traces made before stay out of releases.",
        }
        if question.options:
            others = [
                (label, f"{label}. {text}")
                for label, text in question.options
                if label != question.answer_label
            ]
            self.fields["right"] = forms.ChoiceField(choices=[("", "not known"), *others], **about)
        else:
            self.fields["right"] = CommentField(max_length=2000, **about)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("right") and data.get("ruling") not in (None, KeyRuling.Ruling.WRONG):
            self.add_error("right", "Name a right answer only where the key is wrong.")
        return data
