"""Trials: a batch of three questions with the settings of another, before that is started.

A trial's row keeps the settings as they were entered, limit, samples and placebo share among
them; what it makes is one trace towards the key for each question drawn. Its calls are in the
ledger, so that the batch replays them. It counts in no figure.
"""

import random
from collections.abc import Iterable, Iterator, Sequence

from django.db.models import QuerySet

from pipeline.core.errors import Refusal
from pipeline.models import Batch, Question, Trace

TRIAL_SIZE = 3


def drawn_for_trial(questions: QuerySet[Question], *, seed: int) -> list[int]:
    """Keys of TRIAL_SIZE questions, drawn by the seed from those that the batch would take."""
    keys = list(questions.values_list("pk", flat=True))
    return sorted(random.Random(seed).sample(keys, min(TRIAL_SIZE, len(keys))))


def trial_traces(batch: Batch, drawn: Sequence[int]) -> Iterator[Trace]:
    """The pending traces of a trial."""
    return (Trace(batch=batch, question_id=key) for key in drawn)


def require_no_trial(batches: Iterable[Batch]) -> None:
    """Raises Refusal where a trial is taken for a result."""
    for batch in batches:
        if batch.is_trial:
            raise Refusal(
                f"Batch {batch.pk}, {batch}, is a trial of {TRIAL_SIZE} questions and counts in "
                "no figure: start the batch, and take that."
            )
