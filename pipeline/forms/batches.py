"""The form that starts a batch."""

from dataclasses import replace
from typing import Any

from django import forms
from django.forms import BoundField

from pipeline.core.config import PRESETS, MethodConfig, preset
from pipeline.core.errors import EndpointRefused, InvalidConfiguration
from pipeline.core.records import ReasonerKind
from pipeline.endpoints.registry import require_usable
from pipeline.forms.budgets import BudgetForm
from pipeline.models import Endpoint, KnowledgeGraph, QuestionSet

MAX_QUESTIONS = 10_000_000
PRESET_TITLES = {
    "demonstration": "demonstration (rules, not a model)",
    "default": "default (our method, language models)",
    "paper": "paper (the published method, language models)",
}
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


def runnable_presets() -> list[tuple[str, str]]:
    """The presets this installation can run, for a choice field."""
    has_models = bool(_of_role(Endpoint.Role.REASONER) and _of_role(Endpoint.Role.SECOND_READER))
    return [(name, PRESET_TITLES[name]) for name in PRESETS if has_models or not _is_model(name)]


class BatchForm(BudgetForm):
    """What a lead starts a batch with."""

    name = forms.CharField(
        max_length=120, required=False, help_text="Leave empty to make one from the choices below."
    )
    question_set = forms.ModelChoiceField(QuestionSet.objects.none())
    knowledge_graph = forms.ModelChoiceField(KnowledgeGraph.objects.none())
    preset = forms.ChoiceField(
        label="Configuration", help_text="Which method, and who reasons. Recorded in every trace."
    )
    limit = forms.IntegerField(
        label="Maximum questions",
        min_value=1,
        max_value=MAX_QUESTIONS,
        required=False,
        help_text="Leave empty for all questions of the set.",
    )
    samples = forms.IntegerField(label="Traces per question", min_value=1, max_value=16, initial=1)
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
        help_text="Leave empty for the configuration's embedding model. Otherwise, name another "
        "one that the graph has vectors for, or 'lexical' to compare spelling alone.",
    )
    temperature = forms.FloatField(
        min_value=0,
        max_value=2,
        required=False,
        help_text="Leave empty for 0. Several traces per question need more than 0.",
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
        self.fields["preset"].choices = runnable_presets()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.asks_models:
            return data
        if data.get("own_temperature") and data.get("temperature") is not None:
            self.add_error("temperature", "Enter a temperature or leave it to the model, not both.")
        self._check_similarity()
        for name in ("reasoner_endpoint", "reader_endpoint"):
            if name not in self.errors:
                self._check_endpoint(name, data.get(name), data.get("question_set"))
        return data

    def _check_similarity(self) -> None:
        try:
            self._config_with_similarity()
        except InvalidConfiguration as error:
            self.add_error("similarity", str(error))

    def _check_endpoint(
        self, name: str, endpoint: Endpoint | None, questions: QuestionSet | None
    ) -> None:
        if endpoint is None:
            self.add_error(name, "This configuration uses a language model: choose one.")
        elif not endpoint.is_tested:
            self.add_error(name, "This endpoint has not been tested yet: see Endpoints.")
        else:
            try:
                require_usable(endpoint, question_set=questions)
            except EndpointRefused as error:
                self.add_error(name, str(error))

    @property
    def asks_models(self) -> bool:
        """Whether the configuration chosen asks language models."""
        name = self.cleaned_data.get("preset")
        return name is not None and _is_model(name)

    def config(self) -> MethodConfig:
        """The method configuration chosen."""
        config = self._config_with_similarity()
        if self.asks_models and self.cleaned_data["own_temperature"]:
            return replace(config, model=replace(config.model, temperature=None))
        return config

    def _config_with_similarity(self) -> MethodConfig:
        config = preset(self.cleaned_data["preset"], seed=self.cleaned_data.get("seed") or 0)
        similarity = self.cleaned_data.get("similarity", "").strip() if self.asks_models else ""
        return config.with_similarity(similarity) if similarity else config

    def choices(self) -> dict[str, Any]:
        """Everything chosen but the question set, as `start_batch` takes it."""
        names = ["name", "knowledge_graph", "limit", "samples"]
        if self.asks_models:
            names += [name for name in MODEL_FIELDS if name not in IN_CONFIG]
        return {name: self.cleaned_data[name] for name in names} | {"config": self.config()}

    @property
    def method_fields(self) -> list[BoundField]:
        """The fields every batch has."""
        return [field for field in self if field.name not in MODEL_FIELDS]

    @property
    def model_fields(self) -> list[BoundField]:
        """The fields of batches that ask language models; none where no such preset can run."""
        return [self[name] for name in MODEL_FIELDS] if len(runnable_presets()) > 1 else []


def _is_model(name: str) -> bool:
    return PRESETS[name].reasoner_kind is ReasonerKind.LANGUAGE_MODEL


def _of_role(role: Endpoint.Role) -> Any:
    return Endpoint.objects.filter(role=role, is_active=True)


def _endpoint_label(endpoint: Endpoint) -> str:
    tested = "" if endpoint.is_tested else ", not tested yet"
    return f"{endpoint.name} ({endpoint.model}{tested})"
