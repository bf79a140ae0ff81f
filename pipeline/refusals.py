"""Refusals shown to a person: on the form they sent, or as a message on the next page."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest

from pipeline.core.errors import Conflict, Refusal


class _Catching(AbstractContextManager[None, bool]):
    """Catches refusals and shows them; a `return` after it runs, as type checkers know too."""

    def __init__(self, show: Callable[[Refusal], None]) -> None:
        self.show = show

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if isinstance(error, Refusal):
            self.show(error)
            return True
        return False


def refusals_on(form: forms.BaseForm, *, field: str | None = None) -> _Catching:
    """Turn a refusal of the operations inside into an error of the form.

    It stands beside the field that the refusal names, or `field`, or else above the form.
    """

    def show(refusal: Refusal) -> None:
        code = "conflict" if isinstance(refusal, Conflict) else "refused"
        form.add_error(refusal.field or field, ValidationError(str(refusal), code=code))

    return _Catching(show)


def refusals_as_messages(request: HttpRequest) -> _Catching:
    """Turn a refusal of the operations inside into an error message."""
    return _Catching(lambda refusal: messages.error(request, str(refusal)))


def status_of(*sent: forms.BaseForm | None) -> int:
    """The HTTP status of a page with these forms: 409 after a conflict, 422 with other errors."""
    wrong = [form for form in sent if form is not None and form.errors]
    if any(form.has_error(NON_FIELD_ERRORS, "conflict") for form in wrong):
        return 409
    return 422 if wrong else 200
