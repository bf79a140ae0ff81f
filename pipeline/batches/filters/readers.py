"""Baselines of the second reader and the contrast with rivals, counted over batches' traces.

Only traces towards the answer key count. What the answer filter keeps is worth something only
above what a reader reaches without the chain of thought, or with another question's.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline import store
from pipeline.core.features import Contrast, TraceFeatures
from pipeline.core.records import ReadingKind
from pipeline.models import Batch, Trace
from pipeline.statistics.estimate import Estimate
from pipeline.statistics.paired import Pairs, clustered_proportion, paired_difference

ANSWER = "answer"


@dataclass(frozen=True)
class ReadingLine:
    """One kind of reading beside the reading of the chain of thought, over the same traces.

    `read` traces have both; `failed` readings gave no answer and are in no share.
    `difference` is with the chain of thought less this reading.
    """

    kind: ReadingKind
    read: int
    right: Estimate
    right_with_cot: Estimate
    difference: Estimate
    failed: int


@dataclass(frozen=True)
class ReaderReport:
    """How often the second reader is right from the chain of thought, and the further readings."""

    made: int
    with_cot: Estimate
    lines: tuple[ReadingLine, ...]


@dataclass(frozen=True)
class ContrastReport:
    """Rivals by how their comparison ended, and by reason those there is nothing to compare with.

    `outcomes` are shares of those compared.
    """

    rivals: int
    compared: int
    outcomes: dict[Contrast, Estimate]
    missing: tuple[tuple[str, int], ...]


Read = list[tuple[int, TraceFeatures]]


def made_traces(batches: Sequence[Batch]) -> Read:
    """The question and the features of each current trace towards the key that was made."""
    rows = Trace.objects.of_key().filter(batch__in=batches, is_current=True, kept__isnull=False)
    columns = rows.order_by("pk").values_list("question_id", "features")
    return [(question, store.trace_features(plain)) for question, plain in columns.iterator(2000)]


def checks_asked(batches: Sequence[Batch]) -> bool:
    """Whether any of the batches runs further readings or contrast."""
    shares = [*ReadingKind, "contrast"]
    return any(batch.config.get("checks", {}).get(name) for batch in batches for name in shares)


def reader_report(traces: Read) -> ReaderReport | None:
    """Count the readings by kind; None where none was made."""
    lines = tuple(line for kind in ReadingKind if (line := _line(kind, traces)) is not None)
    if not lines:
        return None
    right = np.array([trace.passed(ANSWER) for _, trace in traces], dtype=bool)
    return ReaderReport(len(traces), clustered_proportion(right, _questions(traces)), lines)


def _line(kind: ReadingKind, traces: Read) -> ReadingLine | None:
    asked = [
        (question, trace, reading)
        for question, trace in traces
        for reading in trace.readings
        if reading.kind is kind
    ]
    if not asked:
        return None
    read = [row for row in asked if not row[2].failure]
    questions = _questions([(question, trace) for question, trace, _ in read])
    with_cot = np.array([trace.passed(ANSWER) for _, trace, _ in read], dtype=bool)
    right = np.array([reading.correct for _, _, reading in read], dtype=bool)
    return ReadingLine(
        kind,
        len(read),
        clustered_proportion(right, questions),
        clustered_proportion(with_cot, questions),
        paired_difference(Pairs(with_cot, right, questions)),
        failed=len(asked) - len(read),
    )


def contrast_report(traces: Read) -> ContrastReport | None:
    """Count the rivals by outcome; None where none was asked for."""
    rivals = [(question, rival) for question, trace in traces for rival in trace.rivals]
    if not rivals:
        return None
    compared = [(question, rival) for question, rival in rivals if rival.outcome is not None]
    questions = np.array([question for question, _ in compared], dtype=np.int64)
    missing = Counter(rival.failure for _, rival in rivals if rival.outcome is None)

    def share(outcome: Contrast) -> Estimate:
        ended = np.array([rival.outcome is outcome for _, rival in compared], dtype=bool)
        return clustered_proportion(ended, questions)

    return ContrastReport(
        len(rivals),
        len(compared),
        {outcome: share(outcome) for outcome in Contrast},
        tuple(missing.most_common()),
    )


def _questions(traces: Read) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.array([question for question, _ in traces], dtype=np.int64)
