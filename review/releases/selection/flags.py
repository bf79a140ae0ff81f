"""Flags: the harms that graders found in what a release looks at, wherever they found them."""

from collections.abc import Iterable, Mapping

from django.db.models import QuerySet

from pipeline.models import Trace
from review.evidence.ungraded import NO_FLAG, Flag, standing_flags
from review.releases.selection.candidates import traces_of
from review.releases.selection.choices import Choices
from review.sampling.twins import twins_among


def flags_of(choices: Choices) -> Mapping[str, Flag]:
    """By trace, the worst safety flag on it or on any trace that says the same, released or not.

    Twins share their words, and so their harm: which of them was graded does not matter.
    """
    flags = standing_flags()
    flagged = {pk: flags[str(key)] for pk, key in _keys(Trace.objects.filter(key__in=flags))}
    if not flagged:
        return flags

    def rank(pk: int) -> tuple[int, int]:
        unsettled, severity = flagged.get(pk, NO_FLAG).weight
        return -unsettled, -severity

    candidates = traces_of(choices).order_by().values_list("pk", flat=True)
    alike = twins_among({*candidates, *flagged}, rank, on_questions_of=flagged)
    like_flagged = {pk: twin.kept for pk, twin in alike.items() if twin.kept in flagged}
    keys = dict(_keys(Trace.objects.filter(pk__in=like_flagged)))
    return flags | {str(keys[pk]): flagged[kept] for pk, kept in like_flagged.items()}


def _keys(traces: QuerySet[Trace]) -> Iterable[tuple[int, object]]:
    return traces.order_by().values_list("pk", "key")
