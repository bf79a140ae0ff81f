"""Forms in parts, each under a heading (templates/_form_sections.html)."""

from dataclasses import dataclass

from django import forms


@dataclass(frozen=True)
class FormSection:
    """A part of a form under a heading; `more` is a template that stands beneath its fields."""

    title: str
    hint: str
    fields: tuple[forms.BoundField, ...]
    more: str = ""
