"""The part of an endpoint's form that says how its server is asked; empty: as the test finds."""

import json
from typing import Any

from django import forms
from django.forms import BoundField

from pipeline.core.errors import InvalidConfiguration
from pipeline.core.llm.dialects import (
    MAX_CALLS,
    MAX_SECONDS,
    MAX_TOKENS,
    NAMES,
    AnswerPlace,
    Dialect,
    OutputLimit,
)
from pipeline.endpoints.dialect_words import ANSWER_FORMATS, ANSWER_PLACES, TITLES, words_for

AS_FOUND = "as the test finds"
OUTPUT_LIMITS: tuple[OutputLimit, ...] = ("max_tokens", "max_completion_tokens")
ANSWERS: tuple[AnswerPlace, ...] = ("content", "reasoning", "tool_call")


def _choice(name: str, choices: dict[Any, str], help_text: str = "") -> forms.TypedChoiceField:
    """One of these, or nothing stated; a truth is entered as True or False."""
    texts = {str(value): value for value in choices}
    return forms.TypedChoiceField(
        label=TITLES[name],
        choices=[("", AS_FOUND), *((str(value), title) for value, title in choices.items())],
        coerce=texts.__getitem__,
        empty_value=None,
        required=False,
        help_text=help_text,
    )


def _yes_or_no(name: str, help_text: str = "") -> forms.TypedChoiceField:
    return _choice(name, {value: words_for(name, value) for value in (True, False)}, help_text)


def _number(name: str, most: int, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=TITLES[name], min_value=1, max_value=most, required=False, help_text=help_text
    )


class _StatedJSON(forms.JSONField):
    """A field that is empty where nothing is stated, not `null`."""

    def prepare_value(self, value: Any) -> Any:
        return "" if value is None else super().prepare_value(value)


class DialectForm(forms.Form):
    """What a lead states of an endpoint's dialect; its fields bear the names of its parts."""

    max_output_tokens = _number(
        "max_output_tokens",
        MAX_TOKENS,
        "Tokens of one answer, thoughts included: 8,000 to 32,000 where a model reasons. Empty: as "
        "the test finds, or as the method's configuration says.",
    )
    reasoning_effort = forms.CharField(
        label=TITLES["reasoning_effort"],
        max_length=20,
        required=False,
        help_text="Such as low, medium or high, where the server knows it. Empty: not sent.",
    )
    extra_body = _StatedJSON(
        label=TITLES["extra_body"],
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="A JSON object sent with each call, such as "
        '<code>{"chat_template_kwargs": {"enable_thinking": false}}</code>. '
        "No secrets: it is shown to everyone who sees the endpoint.",
        error_messages={"invalid": "This is not valid JSON."},
    )
    timeout_seconds = _number(
        "timeout_seconds", MAX_SECONDS, "How long to wait for one answer, in seconds."
    )
    calls_at_once = _number(
        "calls_at_once", MAX_CALLS, "The most that are sent before one is answered."
    )
    context_tokens = _number(
        "context_tokens",
        MAX_TOKENS,
        "Tokens that the server reads and writes together at most. A longer prompt is not sent.",
    )
    answer_format = _choice("answer_format", dict(ANSWER_FORMATS))
    array_bounds = _yes_or_no("array_bounds")
    text_bounds = _yes_or_no("text_bounds")
    output_limit = _choice("output_limit", {name: name for name in OUTPUT_LIMITS})
    sends_temperature = _yes_or_no("sends_temperature")
    system_role = _yes_or_no("system_role")
    typed_parts = _yes_or_no("typed_parts")
    answer_place = _choice("answer_place", {name: ANSWER_PLACES[name] for name in ANSWERS})
    thought_markers = forms.CharField(
        label=TITLES["thought_markers"],
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text="Beside the usual ones, a pair a line: what begins a thought, a blank, and what "
        "ends it.",
    )

    def clean_thought_markers(self) -> list[list[str]]:
        pairs = [line.split() for line in self.cleaned_data["thought_markers"].splitlines()]
        pairs = [pair for pair in pairs if pair]
        if any(len(pair) != 2 for pair in pairs):
            raise forms.ValidationError("Give two marks a line, with a blank between them.")
        return pairs

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        try:
            Dialect.from_json(self.stated())
        except InvalidConfiguration as error:
            if error.field not in self.errors:
                self.add_error(error.field, str(error))
        return data

    def stated(self) -> dict[str, Any]:
        """The parts of a dialect that were entered."""
        entered = {name: self.cleaned_data.get(name) for name in NAMES}
        return {name: value for name, value in entered.items() if value not in (None, "", [], {})}

    @property
    def dialect_fields(self) -> list[BoundField]:
        return [self[name] for name in DialectForm.base_fields]

    @property
    def own_fields(self) -> list[BoundField]:
        """The fields that are no part of a dialect."""
        return [field for field in self if field.name not in DialectForm.base_fields]

    @property
    def states_something(self) -> bool:
        """Whether the dialect's fields should be seen at once: filled in, or in error."""
        names = DialectForm.base_fields.keys()
        return bool(self.errors.keys() & names or self.initial.keys() & names)


def initial_of(stated: dict[str, Any]) -> dict[str, Any]:
    """What was stated, as the form's fields show it."""
    shown = dict(stated)
    if "extra_body" in shown:
        shown["extra_body"] = json.loads(json.dumps(shown["extra_body"]))
    if "thought_markers" in shown:
        shown["thought_markers"] = "\n".join(" ".join(pair) for pair in shown["thought_markers"])
    return shown
