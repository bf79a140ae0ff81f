"""The form that starts evaluations of a model on benchmarks."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import Count

from pipeline.benchmarks.prompts import FREE, LATEST_VERSIONS, PROMPTS, evaluation_prompt
from pipeline.forms.jobs.budgets import MAX_TOKENS, BudgetForm
from pipeline.forms.marks import needed
from pipeline.forms.sections import FormSection
from pipeline.models import Endpoint, Evaluation, QuestionSet
from pipeline.models.evaluations import MAX_ORDERS, MAX_OUTPUT_TOKENS, MAX_SAMPLES, MAX_TEMPERATURE

MAX_QUESTIONS = 10_000_000
MAX_SEED = 2**31 - 1
SECTIONS = (
    ("What is asked", "", ("endpoint", "benchmarks", "limit")),
    ("How it is asked", "", ("prompt", "max_output_tokens", "temperature", "own_temperature")),
    (
        "How often",
        "Several orders show whether answers follow the letter or the content. Several answers to "
        "each question narrow the interval only a little: questions differ more than answers do.",
        ("orders", "samples", "seed"),
    ),
    (
        "Budget and name",
        "Budgets are those of each evaluation.",
        ("budget_money", "budget_tokens", "replay", "name", "newest"),
    ),
)


class BenchmarksField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Benchmarks by name, with the number of their questions."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.size:,} questions)"


class EndpointField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """Endpoints by name, model and role."""

    def label_from_instance(self, obj: Any) -> str:
        tested = "" if obj.is_tested else ", not tested yet"
        return f"{obj.name} ({obj.model}, {obj.get_role_display().lower()}{tested})"


class EvaluationForm(BudgetForm):
    """What a lead evaluates: one model, on one or more benchmarks, in one way."""

    name = forms.CharField(
        max_length=120,
        required=False,
        help_text="For one benchmark. Leave empty to make one from the choices above.",
    )
    endpoint = EndpointField(
        Endpoint.objects.none(), help_text="Any tested endpoint of a language model."
    )
    benchmarks = BenchmarksField(
        QuestionSet.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text="Each becomes an evaluation of its own.",
    )
    limit = forms.IntegerField(
        label="Maximum questions",
        min_value=1,
        max_value=MAX_QUESTIONS,
        required=False,
        help_text="Only so many of each benchmark, from its beginning. Leave empty for all: "
        "figures of a part cannot be compared with those of the whole.",
    )
    prompt = forms.ChoiceField(
        choices=Evaluation.Prompt.choices, initial=FREE, widget=forms.RadioSelect
    )
    max_output_tokens = forms.IntegerField(
        label="Maximum output tokens",
        min_value=1,
        max_value=MAX_TOKENS,
        initial=MAX_OUTPUT_TOKENS,
        help_text="The longest that an answer may be: one that is cut off before it names "
        "an option counts as wrong. A limit in the endpoint's settings takes precedence.",
    )
    temperature = forms.FloatField(
        min_value=0,
        max_value=MAX_TEMPERATURE,
        required=False,
        widget=forms.NumberInput(attrs={"step": "any"}),
        help_text="Leave empty for 0, the likeliest word each time. Several answers to a question "
        "need a temperature above 0.",
    )
    own_temperature = forms.BooleanField(
        label="Leave the temperature to the model",
        required=False,
        help_text="Some models accept only their own.",
    )
    orders = forms.IntegerField(
        label="Orders of the options",
        min_value=1,
        max_value=MAX_ORDERS,
        initial=1,
        help_text="In how many orders each question is asked: the source's first, then others that "
        "the seed draws.",
    )
    samples = forms.IntegerField(
        label="Answers to a question",
        min_value=1,
        max_value=MAX_SAMPLES,
        initial=1,
        help_text="In each order. A question counts with the mean of its answers.",
    )
    seed = forms.IntegerField(
        min_value=0, max_value=MAX_SEED, initial=0, help_text="The same seed draws the same orders."
    )
    replay = forms.BooleanField(
        label="Reuse answers that are already paid for",
        required=False,
        initial=True,
        help_text="The same question, asked of this endpoint in the same way, is not asked again.",
    )
    newest = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        benchmarks = QuestionSet.objects.filter(is_benchmark=True)
        rows = {
            "benchmarks": benchmarks.annotate(size=Count("questions")),
            "endpoint": Endpoint.objects.filter(is_active=True).exclude(
                role=Endpoint.Role.EMBEDDINGS
            ),
        }
        for field, queryset in rows.items():
            self.fields[field].queryset = queryset  # type: ignore[attr-defined]
        self.newest_now = Evaluation.objects.values_list("pk", flat=True).first() or 0
        self.fields["newest"].initial = self.newest_now
        needed(self, temperature="optional for one answer to a question")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("own_temperature") and data.get("temperature") is not None:
            self.add_error("temperature", "Enter a temperature or leave it to the model, not both.")
        if data.get("name") and len(data.get("benchmarks") or ()) > 1:
            self.add_error("name", "Several evaluations cannot have one name: leave it empty.")
        return data

    @property
    def temperature_sent(self) -> float | None:
        """The temperature chosen: None where it is left to the model."""
        if self.cleaned_data.get("own_temperature"):
            return None
        return self.cleaned_data.get("temperature") or 0.0

    @property
    def sections(self) -> Iterator[FormSection]:
        """The fields in the order in which a lead thinks of them."""
        for title, hint, names in SECTIONS:
            more = "pipeline/_prompts.html" if "prompt" in names else ""
            yield FormSection(title, hint, tuple(self[name] for name in names), more)

    @property
    def prompts(self) -> list[tuple[str, str, str]]:
        """Name, version and text of each prompt, with words in place of a question."""
        return [(name, LATEST_VERSIONS[name], _shown(name)) for name in PROMPTS]


def _shown(name: str) -> str:
    """A prompt around an example."""
    return evaluation_prompt(name, LATEST_VERSIONS[name]).render(
        context="",
        question="(the question, after its context where it has one)",
        options=[(letter, f"(option {letter})") for letter in "ABCD"],
    )


def choices_like(evaluation: Evaluation) -> dict[str, Any]:
    """The form's values for another evaluation like this one, but for its name."""
    return {
        "endpoint": evaluation.endpoint_id,
        "benchmarks": [evaluation.question_set_id],
        "limit": evaluation.question_limit,
        "prompt": evaluation.prompt,
        "max_output_tokens": evaluation.max_output_tokens,
        "temperature": evaluation.temperature or None,
        "own_temperature": evaluation.temperature is None,
        "orders": evaluation.orders,
        "samples": evaluation.samples,
        "seed": evaluation.seed,
        "budget_money": evaluation.budget_money,
        "budget_tokens": evaluation.budget_tokens,
        "replay": evaluation.replay,
    }
