"""The form that corrects the terms of a question set, a graph, or an endpoint's output."""

from typing import Any

from django import forms

from pipeline.models import KnowledgeGraph
from pipeline.sources.terms import StatedTerms, WithTerms

SHOWN = "shown_"


class TermsForm(forms.Form):
    """Licence and leave, with the reason; what was shown comes back in hidden fields."""

    licence = forms.CharField(
        max_length=120,
        help_text="A licence by its name, such as CC-BY-4.0, MIT or Apache-2.0, or the words of a "
        "permission.",
    )
    may_be_released = forms.BooleanField(
        required=False,
        label="It permits publishing data made of this",
        help_text="For a licence that this program does not know: only once its text was read.",
    )
    source = forms.CharField(
        max_length=300, required=False, help_text="Where the file comes from, such as its address."
    )
    reason = forms.CharField(
        max_length=400, help_text="Kept in the audit, such as where the licence is stated."
    )
    shown_licence = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)
    shown_may_be_released = forms.BooleanField(required=False, widget=forms.HiddenInput)
    shown_source = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, row: WithTerms | None = None, **kwargs: Any) -> None:
        if row is not None:
            stated = StatedTerms.of(row)
            now = {name: getattr(stated, name) for name in StatedTerms.__dataclass_fields__}
            kwargs["initial"] = now | {f"{SHOWN}{name}": value for name, value in now.items()}
        super().__init__(*args, **kwargs)
        if row is not None and not isinstance(row, KnowledgeGraph):
            del self.fields["source"], self.fields["shown_source"]

    def terms(self) -> StatedTerms:
        """The terms entered."""
        return self._stated("")

    def shown(self) -> StatedTerms:
        """The terms that the person was shown."""
        return self._stated(SHOWN)

    def _stated(self, prefix: str) -> StatedTerms:
        data = self.cleaned_data
        return StatedTerms(
            data[f"{prefix}licence"],
            data[f"{prefix}may_be_released"],
            data.get(f"{prefix}source", ""),
        )
