"""Forms that import what others made: chains of thought as a batch, outputs as an evaluation."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from django import forms
from django.conf import settings

from pipeline.benchmarks.outputs.reading import TITLES
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
        return _small(self.cleaned_data["file"], "import_chains")

    def columns(self) -> dict[str, str]:
        """The columns named, empty where none is."""
        return {name: self.cleaned_data[f"{name}_column"] for name in COLUMNS}


class OutputsFileForm(forms.Form):
    """A log of others' outputs, and the benchmark that they answer."""

    file = forms.FileField(
        label="File",
        help_text="A log of lm-evaluation-harness (--log_samples) or Inspect (JSON), a result file "
        "of the MedReason or HuatuoGPT-o1 script, or JSON Lines with id and output. Each also as "
        ".gz; at most 20 MB.",
    )
    benchmark = forms.ModelChoiceField(
        QuestionSet.objects.none(),
        to_field_name="name",
        help_text="All its questions count: those that the file lacks count as wrong.",
    )
    format = forms.ChoiceField(
        required=False, choices=[("", "as the content shows"), *TITLES.items()]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        benchmarks = QuestionSet.objects.filter(is_benchmark=True)
        self.fields["benchmark"].queryset = benchmarks  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        return _small(self.cleaned_data["file"], "import_outputs")


class OutputsImportForm(forms.Form):
    """What the evaluation is called and whose outputs they are, once the file has been looked at.

    `parts` are the file's own names of the benchmarks that it holds.
    """

    name = forms.CharField(label="Name of the evaluation", max_length=120)
    model = forms.CharField(
        max_length=200, help_text="Whose outputs they are, as tables are to show it."
    )
    part = forms.ChoiceField(
        required=False,
        label="Part of the file",
        help_text="Where it holds several benchmarks, each under a name of its own.",
    )

    def __init__(self, *args: Any, parts: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = sorted(filter(None, parts))
        if len(named) > 1:
            choices = [("", "all of it"), *((part, part) for part in named)]
            self.fields["part"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["part"]


def _small(file: Any, command: str) -> Any:
    if file.size > settings.UPLOAD_LIMIT_BYTES:
        raise forms.ValidationError(
            f"The file is over 20 MB: import it with `manage.py {command}`."
        )
    return file
