"""Questions as a mapping reads them, shown before anything is stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import get_args

from pipeline.core.datasets.fields import InvalidRecord, OtherSplit
from pipeline.core.datasets.mapping.field_mapping import CountsFrom, FieldMapping
from pipeline.core.datasets.mapping.reading import question_of
from pipeline.core.datasets.source_file import SourceRecord
from pipeline.core.records import Question


@dataclass(frozen=True, slots=True)
class Previewed:
    """One record as it would be read: its questions, or the reason why it gives none.

    `questions` is one question, or where the mapping leaves open from where keys count, the
    question under each count that is possible; `counts_from` names them in the same order.
    """

    line: int
    questions: tuple[Question, ...] = ()
    counts_from: tuple[CountsFrom | None, ...] = ()
    reason: str = ""


def preview(
    mapping: FieldMapping, sample: Iterable[SourceRecord], n: int = 5
) -> tuple[Previewed, ...]:
    """The first `n` records that the mapping takes, as it would read them."""
    return tuple(islice(filter(None, (_previewed(mapping, record) for record in sample)), n))


def _previewed(mapping: FieldMapping, record: SourceRecord) -> Previewed | None:
    counted = mapping.counted
    firsts = get_args(CountsFrom) if counted and counted.counts_from is None else (None,)
    read: list[tuple[CountsFrom | None, Question]] = []
    reason = record.flaw
    for first in () if record.flaw else firsts:
        settled = mapping if first is None else mapping.counting_from(first)
        try:
            read.append((first, question_of(settled, "", record.fields, record.position)))
        except OtherSplit:
            return None
        except InvalidRecord as error:
            reason = reason or str(error)
    if not read:
        return Previewed(record.line, reason=reason)
    return Previewed(
        record.line, tuple(question for _, question in read), tuple(first for first, _ in read)
    )
