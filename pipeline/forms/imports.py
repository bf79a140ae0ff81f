"""The form that imports chains of thought as a batch."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django import forms
from django.conf import settings

from pipeline.core.datasets.source_file import DELIMITERS
from pipeline.models import QuestionSet

NO_FORMATS: Mapping[str, str] = MappingProxyType({})
COLUMNS = ("question", "options", "answer", "cot", "conclusion", "context", "id")
_HELP = {
    "question": "Without a name: question.",
    "options": "A list, an object of letters and texts, or one text. Without a name: options.",
    "answer": "A letter, a text, or both: it must agree with the answer key. Without: answer.",
    "cot": "Without a name: cot.",
    "conclusion": "Where it stands apart; otherwise it is found in the chain of thought.",
    "context": "What is to be read before the question.",
    "id": "Tells questions with the same words apart. Without a name: id.",
}


class ImportForm(forms.Form):
    """A file of chains of thought, the questions they are on, whose they are, and on what terms."""

    file = forms.FileField(
        label="File",
        help_text="JSON Lines, JSON, CSV or Parquet, the first three also as .gz; at most 20 MB.",
    )
    chains = forms.ChoiceField(label="Format")
    name = forms.CharField(label="Name of the batch", max_length=120)
    questions = forms.ModelChoiceField(
        QuestionSet.objects.none(),
        help_text="Only rows whose question is in this set are imported, so that they stand "
        "beside other traces on the same question.",
    )
    author = forms.CharField(
        max_length=200,
        label="Who or what made them",
        help_text="As published, such as the model or the authors. Reviewers never see it.",
    )
    licence = forms.CharField(
        max_length=120,
        required=False,
        label="Licence of the text",
        help_text="Without a stated licence nothing of it is released.",
    )
    may_be_released = forms.BooleanField(
        required=False,
        label="It permits publishing data made of this",
        help_text="For a licence that this program does not know: only once its text was read.",
    )
    delimiter = forms.ChoiceField(
        required=False,
        label="Columns are divided by",
        choices=[("", "as the file shows"), *((sign, name) for name, sign in DELIMITERS.items())],
        help_text="Only for CSV files whose header can be divided in two ways.",
    )

    def __init__(self, *args: Any, formats: Mapping[str, str] = NO_FORMATS, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["chains"].choices = [*formats.items()]  # type: ignore[attr-defined]
        self.fields["questions"].queryset = QuestionSet.objects.all()  # type: ignore[attr-defined]
        for name in COLUMNS:
            title = {"cot": "chain of thought", "id": "id of the question"}.get(name, name)
            self.fields[f"{name}_column"] = forms.CharField(
                required=False,
                max_length=100,
                label=f"Column of the {title}",
                help_text=_HELP[name],
            )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_LIMIT_BYTES:
            raise forms.ValidationError(
                "The file is over 20 MB: import it with `manage.py import_chains`."
            )
        return file

    def columns(self) -> dict[str, str]:
        """The columns named, empty where none is."""
        return {name: self.cleaned_data[f"{name}_column"] for name in COLUMNS}
