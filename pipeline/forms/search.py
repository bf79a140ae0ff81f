"""The forms above lists of questions, traces, evaluations, answers: fixed fields, sent by GET."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from pipeline.core.config import BASE_FILTERS, CHECK_FILTERS
from pipeline.lists.answers import AnswerSearch
from pipeline.lists.questions import MAX_CHOICES
from pipeline.lists.traces import TraceSearch
from pipeline.models import Evaluation, QuestionSet

_NOT_IN_A_REASON = re.compile(r"[^a-z_]")


def _choices(values: Iterable[str], *, everything: str = "all") -> list[tuple[str, str]]:
    return [("", everything), *((value, value.replace("_", " ")) for value in values)]


class QuestionSearchForm(forms.Form):
    """Part of the text or of the id, and the specialty."""

    text = forms.CharField(
        required=False,
        max_length=200,
        label="Text or id",
        widget=forms.TextInput({"type": "search", "autocomplete": "off"}),
    )
    specialty = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, specialties: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(specialties) > MAX_CHOICES:  # too many to choose from: it is typed
            self.fields["specialty"] = forms.CharField(required=False, max_length=80)
        else:
            named = [("", "all"), *((name, name) for name in specialties)]
            self.fields["specialty"].choices = named  # type: ignore[attr-defined]
        if not specialties:
            del self.fields["specialty"]

    @property
    def is_used(self) -> bool:
        """Whether anything is looked for."""
        return self.is_bound and any(getattr(self, "cleaned_data", {}).values())


class TraceSearchForm(QuestionSearchForm):
    """Also where the question is from, why the trace failed, and which filter rejected it."""

    source = forms.ChoiceField(required=False)
    reason = forms.ChoiceField(required=False, label="Failed because")
    rejected_by = forms.ChoiceField(
        required=False, choices=_choices((*BASE_FILTERS, *CHECK_FILTERS))
    )

    field_order = ("text", "source", "specialty", "reason", "rejected_by")

    def __init__(
        self, data: Any, *, sources: list[str], reasons: list[str], specialties: list[str]
    ) -> None:
        data = data.copy()
        asked = _NOT_IN_A_REASON.sub("", data.get("reason", ""))[:40]
        data["reason"] = asked
        super().__init__(data, specialties=specialties)
        # A reason that no trace has any more finds none; it is not as if it had not been asked for.
        known = sorted({*reasons, *([asked] if asked else [])})
        self.fields["reason"].choices = _choices(known)  # type: ignore[attr-defined]
        self.fields["source"].choices = _choices(sources)  # type: ignore[attr-defined]
        for name, wanted in (("source", len(sources) > 1), ("reason", known)):
            if not wanted:
                del self.fields[name]

    def search(self, *, arm: str) -> TraceSearch:
        """What was asked for, in this arm."""
        return TraceSearch(arm=arm, **self.cleaned_data)


class EvaluationSearchForm(forms.Form):
    """Of which benchmark, and of which model."""

    benchmark = forms.ModelChoiceField(
        QuestionSet.objects.none(), to_field_name="name", required=False, empty_label="all"
    )
    model = forms.ChoiceField(required=False)

    def __init__(self, data: Any, *, models: Iterable[str]) -> None:
        super().__init__(data)
        evaluated = QuestionSet.objects.filter(pk__in=Evaluation.objects.values("question_set"))
        self.fields["benchmark"].queryset = evaluated  # type: ignore[attr-defined]
        named = [("", "all"), *((name, name) for name in models)]
        self.fields["model"].choices = named  # type: ignore[attr-defined]


class AnswerSearchForm(forms.Form):
    """Part of the question's text or id, the stage, and under which order it was asked."""

    text = forms.CharField(
        required=False,
        max_length=200,
        label="Text or id",
        widget=forms.TextInput({"type": "search", "autocomplete": "off"}),
    )
    stage = forms.ChoiceField(required=False, label="Read how, or why not")
    order = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=None, label="Order of the options"
    )

    def __init__(
        self, data: Any, *, stages: Iterable[tuple[str, str]], orders: Sequence[tuple[int, str]]
    ) -> None:
        super().__init__(data)
        self.fields["stage"].choices = [("", "all"), *stages]  # type: ignore[attr-defined]
        self.fields["order"].choices = [("", "all"), *orders]  # type: ignore[attr-defined]
        if len(orders) == 1:
            del self.fields["order"]

    @property
    def is_used(self) -> bool:
        """Whether anything is looked for."""
        terms = getattr(self, "cleaned_data", {}).values()
        return any(term not in ("", None) for term in terms)

    def search(self) -> AnswerSearch:
        """What was asked for."""
        return AnswerSearch(**self.cleaned_data)
