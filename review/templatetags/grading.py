"""Small look-ups of the grading screen's templates."""

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def key_of(keys: Mapping[str, str], value: object) -> str:
    """The key that chooses this value."""
    return keys.get(str(value), "")
