"""The form that starts a batch."""

from dataclasses import replace
from typing import Any

from django import forms
from django.forms import BoundField

from pipeline.configurations.registry import all_configurations, configuration_named, describe
from pipeline.core.config import MethodConfig
from pipeline.core.settings.check_shares import NAMES, check_shares
from pipeline.forms.jobs.budgets import BudgetForm
from pipeline.forms.marks import needed
from pipeline.models import Configuration, Endpoint, KnowledgeGraph, QuestionSet
from pipeline.refusals import refusals_on

MAX_QUESTIONS = 10_000_000
MODEL_FIELDS = (
    "reasoner_endpoint",
    "reader_endpoint",
    "similarity",
    "temperature",
    "own_temperature",
    "budget_money",
    "budget_tokens",
    "replay",
)
# Chosen within the method's configuration, not beside it.
IN_CONFIG = ("similarity", "own_temperature")


def runnable_configurations() -> list[Configuration]:
    """The configurations of this version of the method whose kind of reasoner there is."""
    has_models = bool(_of_role(Endpoint.Role.REASONER) and _of_role(Endpoint.Role.SECOND_READER))
    rows = (row for row in all_configurations() if row.is_current)
    return [row for row in rows if has_models or not row.asks_models]


class BatchForm(BudgetForm):
    """What a lead starts a batch with."""

    name = forms.CharField(
        max_length=120, required=False, help_text="Leave empty to make one from the choices below."
    )
    question_set = forms.ModelChoiceField(QuestionSet.objects.none())
    knowledge_graph = forms.ModelChoiceField(KnowledgeGraph.objects.none())
    configuration = forms.ChoiceField(
        help_text="The method and all its settings. Recorded with every trace."
    )
    limit = forms.IntegerField(
        label="Maximum questions",
        min_value=1,
        max_value=MAX_QUESTIONS,
        required=False,
        help_text="Leave empty for all questions of the set.",
    )
    samples = forms.IntegerField(label="Traces per question", min_value=1, max_value=16, initial=1)
    placebo_percent = forms.FloatField(
        label="Placebo, percent of the questions",
        min_value=0,
        max_value=100,
        widget=forms.NumberInput(attrs={"step": "any"}),
        initial=0,
        required=False,
        help_text="For this share of the questions with options, drawn by seed, the method also "
        "argues for a wrong option: once for one chosen at random, once for the nearest. It shows "
        "what the filters are worth and makes two more traces a question, which count as no "
        "result and are never released.",
    )
    checks = forms.CharField(
        label="Checks of the filters",
        max_length=400,
        required=False,
        help_text="Leave empty for the configuration's. Otherwise a check and the share of the "
        f"traces it runs on, as in without_cot=1, contrast=0.2. There are {', '.join(NAMES)}.",
    )
    seed = forms.IntegerField(
        min_value=0, max_value=2**31, initial=0, help_text="The same seed gives the same traces."
    )
    reasoner_endpoint = forms.ModelChoiceField(
        Endpoint.objects.none(), label="Reasoner", required=False
    )
    reader_endpoint = forms.ModelChoiceField(
        Endpoint.objects.none(),
        label="Second reader",
        required=False,
        help_text="Use another model than the reasoner's: a model tends to agree with itself.",
    )
    similarity = forms.CharField(
        label="Link by similarity of",
        max_length=200,
        required=False,
        help_text="Leave empty for what the configuration says. Otherwise, name another embedding "
        "model that the graph has vectors for, an endpoint as 'endpoint:NAME', or 'lexical' to "
        "compare spelling alone.",
    )
    temperature = forms.FloatField(
        min_value=0,
        max_value=2,
        required=False,
        help_text="Leave empty for the configuration's. Several need more than 0, or the model's "
        "own.",
    )
    own_temperature = forms.BooleanField(
        label="Leave the temperature to the model",
        required=False,
        help_text="Some models accept only their own.",
    )
    replay = forms.BooleanField(
        label="Reuse answers that are already paid for",
        required=False,
        initial=True,
        help_text="Calls identical to those of earlier batches then cost nothing.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = {
            "question_set": QuestionSet.objects.all(),
            "knowledge_graph": KnowledgeGraph.objects.all(),
            "reasoner_endpoint": _of_role(Endpoint.Role.REASONER),
            "reader_endpoint": _of_role(Endpoint.Role.SECOND_READER),
        }
        for name, queryset in rows.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]
        for name in ("reasoner_endpoint", "reader_endpoint"):
            self.fields[name].label_from_instance = _endpoint_label  # type: ignore[attr-defined]
        needed(
            self,
            reasoner_endpoint="needed with language models",
            reader_endpoint="needed with language models",
            temperature="optional for one trace per question",
        )
        runnable = runnable_configurations()
        self.has_models = any(row.asks_models for row in runnable)
        self.fields["configuration"].choices = [  # type: ignore[attr-defined]
            (row.name, f"{row} ({describe(row)})") for row in runnable
        ]

    def clean_checks(self) -> dict[str, Any]:
        try:
            return check_shares(self.cleaned_data["checks"])
        except ValueError as error:
            raise forms.ValidationError(f"{error}.") from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.chosen is not None and data.get("checks"):
            with refusals_on(self, field="checks"):
                self.config()
        if not self.asks_models:
            return data
        if data.get("own_temperature") and data.get("temperature") is not None:
            self.add_error("temperature", "Enter a temperature or leave it to the model, not both.")
        with refusals_on(self, field="similarity"):
            self.config()
        return data

    @property
    def chosen(self) -> Configuration | None:
        """The configuration chosen, None where none is."""
        name = self.cleaned_data.get("configuration")
        return configuration_named(name) if name else None

    @property
    def asks_models(self) -> bool:
        """Whether the configuration chosen asks language models."""
        return self.chosen is not None and self.chosen.asks_models

    def config(self) -> MethodConfig:
        """The configuration chosen, with what this batch sets otherwise."""
        config = configuration_named(self.cleaned_data["configuration"]).method_config
        config = replace(config, seed=self.cleaned_data.get("seed") or 0)
        if checks := self.cleaned_data.get("checks"):
            config = replace(config, checks=replace(config.checks, **checks))
        if not self.asks_models:
            return config
        if similarity := self.cleaned_data.get("similarity", "").strip():
            config = config.with_similarity(similarity)
        if self.cleaned_data.get("own_temperature"):
            config = replace(config, model=replace(config.model, temperature=None))
        return config

    @property
    def placebo_share(self) -> float:
        """The share of the questions, from 0 to 1."""
        return (self.cleaned_data.get("placebo_percent") or 0) / 100

    def choices(self) -> dict[str, Any]:
        """Everything chosen but the question set, as `start_batch` takes it."""
        names = ["name", "knowledge_graph", "limit", "samples"]
        if self.asks_models:
            names += [name for name in MODEL_FIELDS if name not in IN_CONFIG]
        saved = self.chosen if self.chosen and self.chosen.pk else None
        return {name: self.cleaned_data[name] for name in names} | {
            "config": self.config(),
            "configuration": saved,
            "placebo_share": self.placebo_share,
        }

    @property
    def method_fields(self) -> list[BoundField]:
        """The fields every batch has."""
        return [field for field in self if field.name not in MODEL_FIELDS]

    @property
    def model_fields(self) -> list[BoundField]:
        """The fields of batches that ask language models; none where none can run."""
        return [self[name] for name in MODEL_FIELDS] if self.has_models else []


def _of_role(role: Endpoint.Role) -> Any:
    return Endpoint.objects.filter(role=role, is_active=True)


def _endpoint_label(endpoint: Endpoint) -> str:
    tested = "" if endpoint.is_tested else ", not tested yet"
    return f"{endpoint.name} ({endpoint.model}{tested})"
