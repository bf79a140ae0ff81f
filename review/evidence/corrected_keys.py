"""Traces that argue for a key which was corrected since: they stay out of releases."""

from collections.abc import Iterable

from pipeline.models import Trace
from pipeline.sources.key_corrections import has_outdated_key
from review.models import KeyRuling

MAX_WORDS = 60


def outdated_keys(traces: Iterable[int]) -> dict[int, str]:
    """By number of the trace, the right key; only of traces made with another one.

    The key that a trace was made with is in its record: a batch that ran while the key was
    corrected has traces of both.
    """
    rulings = KeyRuling.objects.exclude(right_label="", right_text="")
    of_key = Trace.objects.of_key().exclude(record="").select_related("question")
    rows = of_key.filter(pk__in=list(traces), question__in=rulings.values("question"))
    return {row.pk: _words(row) for row in rows if has_outdated_key(row)}


def _words(row: Trace) -> str:
    text = row.question.answer_label or row.question.answer_text
    return text if len(text) <= MAX_WORDS else f"{text[: MAX_WORDS - 1]}…"
