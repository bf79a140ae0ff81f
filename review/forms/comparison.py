"""Forms that choose two batches, or two studies, to be shown side by side."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from pipeline.models import Batch
from review.models import Study


class TwoForm(forms.Form):
    """Two different ones. Sent by GET, so that a comparison has an address."""

    def clean(self) -> dict[str, Any]:
        chosen = super().clean() or {}
        if chosen.get("first") and chosen.get("first") == chosen.get("second"):
            raise forms.ValidationError("Choose two different ones.")
        return chosen


class TwoBatchesForm(TwoForm):
    """Two batches of those that the user may see."""

    first = forms.ModelChoiceField(Batch.objects.none(), label="First batch")
    second = forms.ModelChoiceField(Batch.objects.none(), label="Second batch")

    def __init__(self, *args: Any, batches: QuerySet[Batch], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first", "second"):
            self.fields[name].queryset = batches  # type: ignore[attr-defined]
            self.fields[name].label_from_instance = _numbered  # type: ignore[attr-defined]


class TwoStudiesForm(TwoForm):
    """Two studies of those whose grades the user may see."""

    first = forms.ModelChoiceField(Study.objects.none(), label="First study")
    second = forms.ModelChoiceField(Study.objects.none(), label="Second study")

    def __init__(self, *args: Any, studies: QuerySet[Study], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first", "second"):
            self.fields[name].queryset = studies  # type: ignore[attr-defined]


def _numbered(batch: Batch) -> str:
    """Names of batches may be alike."""
    return f"{batch.name} (number {batch.pk})"
