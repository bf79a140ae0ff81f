"""Freezing: the lines of a selection, which will never change.

Frozen are the traces the rules take, and those that were judged and not taken: preference pairs
and step labels for training need both. A trace that may not be published, is disputed, a twin or
contaminated, waits for an answer or carries a safety flag is never frozen.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from pipeline.core.duplicates.splits import SPLITS
from pipeline.core.release_format import ends_at_explanation
from review.evidence.items import Evidence, read_evidence
from review.exports.jsonl import item_line, items_to_release, trace_line, traces_to_release
from review.models import Item
from review.releases.line_file import LineFile
from review.releases.selection.select import FrozenTrace, Selection
from review.releases.selection.splitting import Splits

CHUNK_SIZE = 200


@dataclass(frozen=True, slots=True)
class WrittenLines:
    """What is known of the lines once they are written: sha256 of the released ones in order,
    released rows by split, and how many end at the source's explanation."""

    sha256: str
    by_split: Mapping[str, int]
    ending_at_explanation: int


def write_lines(selection: Selection, splits: Splits, *, lines: LineFile) -> WrittenLines:
    """Write the line of every frozen trace."""
    digest, by_split, at_explanation = hashlib.sha256(), Counter[str](), 0
    for one, line in _lines(selection.frozen_traces(), splits):
        lines.add(
            line, trace=one.trace, item=one.item, question=one.question, left_out=one.left_out
        )
        if not one.left_out:
            digest.update(line.encode())
            by_split[splits.split[one.question]] += 1
            at_explanation += ends_at_explanation(line)
    return WrittenLines(
        digest.hexdigest(), {split: by_split[split] for split in SPLITS}, at_explanation
    )


def lines_of_some(chosen: Sequence[FrozenTrace], splits: Splits) -> list[str]:
    """The lines of a few traces, to see how large they are."""
    return [line for _, line in _block_lines(chosen, splits)]


def _lines(frozen: Iterator[FrozenTrace], splits: Splits) -> Iterator[tuple[FrozenTrace, str]]:
    while block := list(islice(frozen, CHUNK_SIZE)):
        yield from _block_lines(block, splits)


def _block_lines(block: Sequence[FrozenTrace], splits: Splits) -> Iterator[tuple[FrozenTrace, str]]:
    sampled = [one.item for one in block if one.item]
    items, evidence = items_to_release(sampled), _evidence(sampled)
    traces = traces_to_release(one.trace for one in block if not one.item)
    for one in block:
        cluster, split = splits.cluster[one.question], splits.split[one.question]
        if one.item:
            item, known = items[one.item], evidence[one.item]
            line = item_line(item, known, cluster=cluster, split=split, weight=one.weight)
        else:
            line = trace_line(traces[one.trace], cluster=cluster, split=split)
        yield one, line


def _evidence(items: Sequence[int]) -> dict[int, Evidence]:
    return {row.item: row for row in read_evidence(Item.objects.filter(pk__in=items))}
