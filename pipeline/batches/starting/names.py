"""Names of batches: each is given once, trials apart."""

from pipeline.jobs import names
from pipeline.models import Batch

MAX_LENGTH = names.MAX_LENGTH
_IS_TAKEN = names.taken_by(Batch, is_trial=False)


def require_free(name: str) -> None:
    """Raises Refusal, with a suggestion, for a name that a batch already has, in whatever case."""
    names.require_free(name, _IS_TAKEN, noun="A batch")


def unused_name(name: str) -> str:
    """The name, or the first of "name, 2", "name, 3" and so on that no batch has."""
    return names.unused_name(name, _IS_TAKEN)


def next_name(name: str) -> str:
    """For another batch like one of this name: counted on from a number that it ends with."""
    stem, comma, number = name.rpartition(", ")
    return unused_name(stem if comma and number.isdecimal() else name)
