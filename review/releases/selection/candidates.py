"""Candidates: the traces a release looks at, with what is known of each, a block at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db.models import Exists, OuterRef, QuerySet

from pipeline.models import Trace
from pipeline.sources.publication import PublicationTerms
from review.evidence.corrected_keys import outdated_keys
from review.evidence.items import Evidence, sampled_evidence
from review.evidence.key_disputes import key_exclusion
from review.evidence.ungraded import without_grades
from review.models import Item, Study
from review.releases.selection.choices import Choices

BLOCK_SIZE = 500


@dataclass(frozen=True, slots=True)
class Candidate:
    """A trace, without its record, and its evidence: of the study at position `study` (from 0),
    or without any grade (None)."""

    trace: Trace
    evidence: Evidence
    study: int | None = None


def traces_of(choices: Choices) -> QuerySet[Trace]:
    """Every trace that the release looks at: those of the batches, else the studies' items'."""
    if not choices.batches:
        sampled = Item.objects.filter(study__in=list(choices.studies), kind=Item.Kind.SAMPLED)
        return Trace.objects.filter(pk__in=sampled.values("trace"))
    made = {"is_current": True, "state": Trace.State.MADE}
    return Trace.objects.of_key().filter(batch__in=list(choices.batches), **made)


def items_of(choices: Choices) -> QuerySet[Item]:
    """The sampled items of the evidence studies."""
    return Item.objects.filter(study__in=list(choices.studies), kind=Item.Kind.SAMPLED)


def sampled_blocks(
    choices: Choices, position: int
) -> Iterator[list[tuple[Evidence, Candidate | None]]]:
    """Every sampled item of a study; None beside those whose trace the release does not look at."""
    study = choices.studies[position]
    evidence = sampled_evidence(study)
    while block := list(islice(evidence, BLOCK_SIZE)):
        traces = _traces_by_item(choices, study, block)
        yield [
            (row, Candidate(traces[row.item], row, position) if row.item in traces else None)
            for row in block
        ]


def other_blocks(choices: Choices) -> Iterator[list[Candidate]]:
    """Every trace of the batches that no evidence study sampled, in order."""
    if not choices.batches:
        return
    sampled = items_of(choices).filter(trace=OuterRef("pk"))
    rows = _with_question(traces_of(choices).filter(~Exists(sampled))).order_by("pk")
    last, terms = 0, PublicationTerms()
    while block := list(rows.filter(pk__gt=last)[:BLOCK_SIZE]):
        yield _ungraded(block, terms)
        last = block[-1].pk


def _ungraded(block: Sequence[Trace], terms: PublicationTerms) -> list[Candidate]:
    right_keys = outdated_keys(row.pk for row in block)
    return [
        Candidate(
            row,
            without_grades(
                row,
                licence_exclusion=terms.refusal(row),
                key_exclusion=key_exclusion(None, (), right_key=right_keys.get(row.pk, "")) or "",
            ),
        )
        for row in block
    ]


def _traces_by_item(choices: Choices, study: Study, block: Sequence[Evidence]) -> dict[int, Trace]:
    items = Item.objects.filter(pk__in=[row.item for row in block]).order_by()
    trace_of = dict(items.filter(study=study).values_list("pk", "trace"))
    rows = _with_question(traces_of(choices).filter(pk__in=trace_of.values())).in_bulk()
    return {item: rows[trace] for item, trace in trace_of.items() if trace in rows}


def _with_question(rows: QuerySet[Trace]) -> QuerySet[Trace]:
    return rows.select_related("question__question_set", "batch").defer("record", "batch__config")
