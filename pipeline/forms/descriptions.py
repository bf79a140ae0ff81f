"""The form that says what the columns of a file mean: one select a column."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.forms import BoundField

from pipeline.core.datasets.mapping.field_mapping import FieldMapping
from pipeline.core.datasets.mapping.roles import (
    ASKED,
    BESIDE,
    KEYS,
    OPTIONS,
    mapping_of,
    roles_by_name,
    roles_of,
)
from pipeline.core.datasets.source_file import Sample
from pipeline.core.errors import InvalidConfiguration

MAX_VALUES = 3
MAX_VALUE_LENGTH = 120
NOT_USED = ("", "not used")


class DescriptionForm(forms.Form):
    """What each column is used for, and a name to keep it under.

    Unbound, it shows the mapping given, such as a proposed one. `clean` makes the mapping.
    """

    same_options = forms.CharField(
        required=False,
        label="Options that every question has",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One a line, such as yes, no and maybe; only where no column holds options.",
    )
    split_value = forms.CharField(
        required=False,
        max_length=80,
        label="Value of the split",
        help_text="Only records with this value are taken.",
    )
    name = forms.SlugField(
        max_length=40,
        label="Save as",
        help_text="A name for files of this shape, such as ward-quiz.",
    )

    def __init__(self, *args: Any, sample: Sample, proposed: FieldMapping | None) -> None:
        super().__init__(*args)
        self.sample, self.mapping = sample, None if self.is_bound else proposed
        roles = roles_of(proposed) if proposed else roles_by_name(sample.fields)
        self.fields["name"].required = not self.is_bound or "save" in self.data
        choices = _choices(len(sample.fields))
        for at, column in enumerate(sample.fields):
            self.fields[_field(at)] = forms.ChoiceField(
                required=False, label=column, choices=choices, initial=roles.get(column, "")
            )
        if proposed and proposed.options and proposed.options.written == "same":
            self.initial["same_options"] = "\n".join(proposed.options.texts)

    def columns(self) -> Iterator[tuple[str, list[str], BoundField]]:
        """Each column: its name, its first values, its select."""
        for at, column in enumerate(self.sample.fields):
            yield column, _first_values(self.sample, column), self[_field(at)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        chosen = ((column, data.get(_field(at))) for at, column in enumerate(self.sample.fields))
        try:
            self.mapping = mapping_of(
                {column: role for column, role in chosen if role},
                same_options=[line.strip() for line in data["same_options"].splitlines() if line],
                split_value=data.get("split_value", ""),
            )
        except InvalidConfiguration as error:
            self.add_error(None, str(error))
        return data


def _field(at: int) -> str:
    return f"column_{at}"


def _choices(columns: int) -> list[tuple[str, Any]]:
    """Grouped, without letters that a file with so few columns cannot need."""
    lettered = [role for role in OPTIONS if role.startswith("option ")][columns:]
    options = {role: title for role, title in OPTIONS.items() if role not in lettered}
    groups = {"Asked": ASKED, "Options": options, "Answer key": KEYS, "Beside it": BESIDE}
    return [NOT_USED, *((title, list(roles.items())) for title, roles in groups.items())]


def _first_values(sample: Sample, column: str) -> list[str]:
    """The first values that are not empty, as text, cut."""
    values: Sequence[object] = [record.fields.get(column) for record in sample.records]
    return [_shown(value) for value in values if value not in (None, "", [], {})][:MAX_VALUES]


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= MAX_VALUE_LENGTH else f"{text[: MAX_VALUE_LENGTH - 1]}…"
