"""The form for a control item's expected grades."""

from django import forms

from review.grading.controls import ExpectedGrade
from review.models import Grade

POINTS = [(point, str(point)) for point in range(1, 6)]


class ControlForm(forms.Form):
    """The expected grades of one trace."""

    precision = forms.TypedChoiceField(label="Expected precision", choices=POINTS, coerce=int)
    coherence = forms.TypedChoiceField(label="Expected coherence", choices=POINTS, coerce=int)
    decision = forms.ChoiceField(
        label="Expected decision", choices=[("", "any"), *Grade.Decision.choices], required=False
    )
    tolerance = forms.TypedChoiceField(
        choices=[(0, "exactly"), (1, "1 point"), (2, "2 points")],
        coerce=int,
        initial=1,
        help_text="How far precision and coherence may be off.",
    )
    note = forms.CharField(
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Why, for other leads. Reviewers never see it.",
    )

    def expected(self) -> ExpectedGrade:
        """What was entered."""
        return ExpectedGrade(**self.cleaned_data)
