"""The form that loads questions."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator

from pipeline.core.datasets.source_file import DELIMITERS
from pipeline.forms.marks import needed
from pipeline.models import QuestionSet
from pipeline.sources.benchmarks.marking import BenchmarkMark
from pipeline.sources.described_files import source_titles
from pipeline.sources.question_sets import QuestionSetTerms

HOST = RegexValidator(r"^[a-z0-9.-]+(:[0-9]{1,5})?$", "Enter hosts such as llm.hospital.example.")


class QuestionFileForm(forms.Form):
    """A file of questions."""

    file = forms.FileField(
        label="Question file",
        help_text="JSON Lines, JSON, CSV or Parquet, the first three also as .gz; at most 20 MB.",
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.UPLOAD_LIMIT_BYTES:
            raise forms.ValidationError(
                "The file is over 20 MB: load it with `manage.py load_questions`."
            )
        return file


class QuestionTermsForm(forms.Form):
    """The set that questions join, and that set's terms."""

    name = forms.SlugField(
        label="Question set",
        max_length=80,
        help_text="A new name, or an existing set of the same format.",
    )
    delimiter = forms.ChoiceField(
        required=False,
        label="Columns are divided by",
        choices=[("", "as the file shows"), *((sign, name) for name, sign in DELIMITERS.items())],
        help_text="Only for CSV files whose header can be divided in two ways.",
    )
    key_counts_from = forms.TypedChoiceField(
        required=False,
        label="Keys count from",
        choices=[
            ("", "as the file shows"),
            ("0", "0: the first option is 0"),
            ("1", "1: the first option is 1"),
        ],
        coerce=int,
        empty_value=None,
        help_text="Only for files whose keys are numbers. Without a key 0 a file leaves it open.",
    )
    licence = forms.CharField(
        max_length=120, help_text="As the source states it, e.g. CC-BY-4.0 or MIT."
    )
    may_be_released = forms.BooleanField(
        required=False,
        label="The licence permits publication of these questions",
        help_text="Only for a licence that this program does not know: one such as MIT or "
        "CC-BY-4.0 permits it by itself.",
    )
    is_benchmark = forms.BooleanField(
        required=False, label="Evaluation questions: never put them into a release"
    )
    split = forms.CharField(
        required=False,
        max_length=40,
        help_text="Only of evaluation questions: which part of the source they are, such as test.",
    )
    text_may_go = forms.ChoiceField(
        label="The text may",
        choices=QuestionSet.TextMayGo.choices,
        widget=forms.RadioSelect,
        initial=QuestionSet.TextMayGo.THIS_MACHINE,
    )
    destinations = forms.CharField(
        required=False, label="Endpoints", help_text="Host names, separated by spaces."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needed(self, destinations="needed where the text may go to the endpoints listed")

    def clean_destinations(self) -> tuple[str, ...]:
        hosts = tuple(self.cleaned_data["destinations"].lower().split())
        for host in hosts:
            HOST(host)
        return hosts

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        listed = data.get("text_may_go") == QuestionSet.TextMayGo.LISTED_ENDPOINTS
        if listed and not data.get("destinations"):
            self.add_error(
                "destinations", "Enter at least one host, or keep the text on this machine."
            )
        if data.get("split") and not data.get("is_benchmark"):
            self.add_error("split", "A split is stated of evaluation questions only.")
        return data

    def terms(self) -> QuestionSetTerms:
        """The terms entered."""
        data = self.cleaned_data
        return QuestionSetTerms(
            licence=data["licence"],
            may_be_released=data["may_be_released"],
            is_benchmark=data["is_benchmark"],
            split=data["split"],
            text_may_go=data["text_may_go"],
            destinations=data["destinations"],
        )


class QuestionUploadForm(QuestionFileForm, QuestionTermsForm):
    """A file of questions in a known format, the set it joins, and that set's terms."""

    source = forms.ChoiceField(label="Format")
    field_order = ("file", "source")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [  # type: ignore[attr-defined]
            *source_titles().items()
        ]


class BenchmarkForm(forms.Form):
    """Whether a set is a benchmark, and its split; what was shown comes back in hidden fields."""

    is_benchmark = forms.BooleanField(
        required=False,
        label="These are evaluation questions: models are tested on them",
        help_text="They are never put into a release, and no release takes a question that one of "
        "them asks.",
    )
    split = forms.CharField(
        required=False,
        max_length=40,
        help_text="Which part of the source they are, as it calls it, such as test or dev.",
    )
    reason = forms.CharField(max_length=400, help_text="Kept in the audit.")
    shown_is_benchmark = forms.BooleanField(required=False, widget=forms.HiddenInput)
    shown_split = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, row: QuestionSet | None = None, **kwargs: Any) -> None:
        if row is not None:
            kwargs["initial"] = {
                "is_benchmark": row.is_benchmark,
                "split": row.split,
                "shown_is_benchmark": row.is_benchmark,
                "shown_split": row.split,
            }
        super().__init__(*args, **kwargs)

    def mark(self) -> BenchmarkMark:
        """The mark entered."""
        return BenchmarkMark(self.cleaned_data["is_benchmark"], self.cleaned_data["split"])

    def shown(self) -> BenchmarkMark:
        """The mark that the person was shown."""
        data = self.cleaned_data
        return BenchmarkMark(data["shown_is_benchmark"], data["shown_split"])
