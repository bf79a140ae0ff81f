"""Marks beside the labels of fields that are demanded at times only."""

from django import forms


def needed(form: forms.BaseForm, **when: str) -> None:
    """Say beside each field's label when it is needed, in place of "optional"."""
    for name, words in when.items():
        form.fields[name].needed = words  # type: ignore[attr-defined]
