"""Names of batches: each is given once, trials apart."""

from pipeline.core.errors import Refusal
from pipeline.models import Batch

MAX_LENGTH = 120


def require_free(name: str) -> None:
    """Raises Refusal, with a suggestion, for a name that a batch already has, in whatever case."""
    if name and _taken(name):
        raise Refusal(
            f"A batch named {name} exists: choose another name, such as {unused_name(name)}.",
            field="name",
        )


def unused_name(name: str) -> str:
    """The name, or the first of "name, 2", "name, 3" and so on that no batch has."""
    wanted, number = name[:MAX_LENGTH], 1
    while _taken(wanted):
        number += 1
        ending = f", {number}"
        wanted = name[: MAX_LENGTH - len(ending)] + ending
    return wanted


def next_name(name: str) -> str:
    """For another batch like one of this name: counted on from a number that it ends with."""
    stem, comma, number = name.rpartition(", ")
    return unused_name(stem if comma and number.isdecimal() else name)


def _taken(name: str) -> bool:
    return Batch.objects.filter(name__iexact=name, is_trial=False).exists()
