"""The form of a corrected CoT: the text of every step, and the conclusion."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms

from review.adjudication.corrections import Passage, ToCorrect
from review.forms.grading import CommentField


@dataclass(frozen=True)
class PassageField:
    """One step with its field."""

    passage: Passage
    field: forms.BoundField


class CorrectionForm(forms.Form):
    """Every step and the conclusion, as they are to be released."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, shown: ToCorrect, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"seen": shown.seen}
        self.shown = shown
        for passage in shown.passages:
            title = f"Step {passage.number}, corrected"
            self.fields[f"step_{passage.number}"] = _text(title, passage.text)
        self.fields["conclusion"] = _text("Conclusion, corrected", shown.conclusion)

    @property
    def passages(self) -> Iterator[PassageField]:
        """Each step with the field for its text."""
        for passage in self.shown.passages:
            yield PassageField(passage, self[f"step_{passage.number}"])

    def steps(self) -> list[str]:
        """The texts of the steps, in order."""
        return [self.cleaned_data[f"step_{passage.number}"] for passage in self.shown.passages]


def _text(label: str, initial: str) -> CommentField:
    return CommentField(
        label=label,
        initial=initial,
        required=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": f"{label}: enter the text, or keep the original."},
    )
