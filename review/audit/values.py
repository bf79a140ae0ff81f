"""Values of an event's payload as people read them, and the form of sentences that hold them."""

from typing import Any

from django.utils.html import escape

# See sentences.py.
Part = str | tuple[str, str]
Sentence = tuple[Part, ...]


def is_empty(value: Any) -> bool:
    """Whether there is nothing to tell: none, no, an empty text or list; never the number 0."""
    return value is None or value is False or value in ("", [], {})


def in_words(value: Any) -> str:
    """A value of JSON in one line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "none"
    if isinstance(value, list):
        return ", ".join(in_words(one) for one in value) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{_name(key)} {in_words(one)}" for key, one in value.items()) or "none"
    return str(value)


def _name(key: str) -> str:
    return key.replace("_", " ")


class Value:
    """A value inside a sentence: `{reason}` as it is, `{reason:words}` without underscores.

    In HTML, escaped, with a text direction of its own.
    """

    def __init__(self, value: Any) -> None:
        self.value = value

    def __format__(self, how: str) -> str:
        text = in_words(self.value)
        return f"<bdi>{escape(_name(text) if how == 'words' else text)}</bdi>"
