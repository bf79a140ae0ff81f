"""The answer key of a study that hides it until the reviewer has graded coherence.

Coherence is about the steps, not about the answer they reach. So the key is sent only once a
coherence is on the server, and that first one is kept.
"""

from dataclasses import replace

from pipeline.core.records import TraceRecord
from review.models import Draft, Item, Reviewer

SCALE = {str(point): point for point in range(1, 6)}


def key_shown(item: Item, *, draft: Draft | None) -> bool:
    """Whether the reviewer who wrote the draft may see the item's answer key."""
    return not item.study.hide_answer_key or (
        draft is not None and draft.blind_coherence is not None
    )


def without_key(trace: TraceRecord) -> TraceRecord:
    """The trace as it is shown while its answer key waits."""
    question = replace(trace.question, answer_label=None, answer_text="", long_answer="")
    return replace(trace, question=question)


def store_blind_coherence(draft: Draft) -> Draft:
    """Keep the coherence the draft holds, if it is the first; a later one never replaces it."""
    point = SCALE.get(draft.content.get("cot_coherence", ""))
    if draft.item.study.hide_answer_key and point is not None:
        rows = Draft.objects.filter(pk=draft.pk, blind_coherence__isnull=True)
        rows.update(blind_coherence=point)
        draft.refresh_from_db(fields=["blind_coherence"])
    return draft


def blind_coherence(item: Item, *, reviewer: Reviewer, submitted: int | None) -> int | None:
    """The coherence given before the key was shown; null where the study does not hide it.

    Where no draft kept one, the key was never shown: the coherence
    `submitted` with the grade is the blind one.
    """
    if not item.study.hide_answer_key:
        return None
    kept = Draft.objects.filter(item=item, reviewer=reviewer, blind_coherence__isnull=False)
    first = kept.values_list("blind_coherence", flat=True).first()
    return submitted if first is None else first
