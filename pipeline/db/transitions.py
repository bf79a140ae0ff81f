"""Changes of state by compare-and-set: of two that ask at once, one changes the row."""

from collections.abc import Collection
from typing import Any

from django.db.models import Model

from pipeline.core.errors import Refusal


def move_state(
    row: Model, old: Collection[str], new: str, *, refusal: str = "", **changes: Any
) -> None:
    """Take a row from one of the `old` states to the `new` one, with changes of other columns.

    The row is as the database has it afterwards. Raises Refusal with the sentence `refusal`, or
    one that names the state the row is in.
    """
    rows = type(row)._default_manager.filter(pk=row.pk, state__in=old)
    moved = rows.update(state=new, **changes)
    row.refresh_from_db()
    if not moved:
        sentence = f"The {row._meta.verbose_name} is {row.state}."  # type: ignore[attr-defined]
        raise Refusal(refusal or sentence)
