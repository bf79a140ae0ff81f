"""Names of jobs: each is given once among jobs of its kind."""

from collections.abc import Callable

from pipeline.core.errors import Refusal
from pipeline.models import Job

MAX_LENGTH = 120

IsTaken = Callable[[str], bool]


def taken_by(kind: type[Job], **which: object) -> IsTaken:
    """Whether a job of the kind, among those that count, has a name, in whatever case."""
    return lambda name: kind._default_manager.filter(name__iexact=name, **which).exists()


def require_free(name: str, is_taken: IsTaken, *, noun: str) -> None:
    """Raises Refusal, with a suggestion, for a name that is taken; an empty one is none."""
    if name and is_taken(name):
        raise Refusal(
            f"{noun} named {name} exists: choose another name, such as "
            f"{unused_name(name, is_taken)}.",
            field="name",
        )


def unused_name(name: str, is_taken: IsTaken) -> str:
    """The name, or the first of "name, 2", "name, 3" and so on that is free."""
    wanted, number = name[:MAX_LENGTH], 1
    while is_taken(wanted):
        number += 1
        ending = f", {number}"
        wanted = name[: MAX_LENGTH - len(ending)] + ending
    return wanted
