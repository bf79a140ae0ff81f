"""The form that chooses which evaluations on one benchmark a report shows."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from pipeline.models import Evaluation


class EvaluationReportForm(forms.Form):
    """Evaluations on the same questions, and whom to compare with. Sent by GET.

    `evaluations`: those that are offered; without a choice all of them are shown. Any other
    finished evaluation that is named is taken too, so that a comparison across benchmarks is
    refused in words.
    """

    evaluation = forms.ModelMultipleChoiceField(
        Evaluation.objects.none(),
        label="Evaluations",
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Without a choice all are shown.",
    )
    baseline = forms.ModelChoiceField(
        Evaluation.objects.none(),
        label="Compare each with",
        required=False,
        empty_label="all pairs",
        help_text="Choose it before you know its result. More than ten evaluations are always "
        "compared with one: with the first, unless you choose another.",
    )

    def __init__(
        self,
        *args: Any,
        evaluations: QuerySet[Evaluation],
        others: QuerySet[Evaluation],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._offered = evaluations
        chosen: Any = self.fields["evaluation"]
        chosen.queryset = others
        chosen.widget.choices = [(row.pk, row.name) for row in evaluations]
        against: Any = self.fields["baseline"]
        against.queryset = evaluations

    def chosen(self) -> list[Evaluation]:
        """The evaluations to show, in the order in which they were begun."""
        rows = self.cleaned_data["evaluation"] or self._offered
        return sorted({*rows, *self._with_baseline()}, key=lambda row: row.pk)

    def _with_baseline(self) -> list[Evaluation]:
        baseline = self.cleaned_data["baseline"]
        return [baseline] if baseline else []
