"""A release in lines of text, for commands: what it would hold, or holds."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline.core.duplicates.splits import SPLITS
from review.exports.card.quality import figure_cells
from review.models import Release
from review.releases.manifest import NOBODY, TITLES
from review.releases.preview import Preview


def preview_lines(shown: Preview) -> Iterator[str]:
    """What a release would hold; nothing is made."""
    if shown.refusal:
        yield shown.refusal
    else:
        yield f"{shown.facts['rows']:,} of {shown.traces:,} traces would be released."
        yield from _facts_lines(shown.facts)
        yield f"About {shown.line_bytes / 1e6:,.1f} MB as JSON Lines."
    yield from _left_out(shown.facts)


def frozen_lines(release: Release) -> Iterator[str]:
    """What a frozen release holds."""
    manifest = release.manifest
    yield f"{release} is frozen: {release.row_count:,} rows, sha256 {release.sha256}."
    yield from _facts_lines(manifest)
    yield from _left_out(manifest)
    yield f"Write it: manage.py export_release {release} --bundle FOLDER"


def _facts_lines(facts: Mapping[str, Any]) -> Iterator[str]:
    graded = facts["rows_graded"]
    yield f"Graded by clinicians: {graded:,}." if graded else NOBODY
    for name in ("source", "batch", "licence"):
        yield f"Rows by {name}: {_counts(facts.get(f'rows_by_{name}', {}))}."
    splits = facts["rows_by_split"]
    yield f"Rows by split: {_counts({split: splits.get(split, 0) for split in SPLITS})}."
    yield from _unfinished(facts["batches"])
    yield f"Seed of the splits: {facts['splits']['seed']}."
    yield from (f"{caution}." for caution in facts["splits"]["cautions"])
    twins = facts["twins"]
    yield f"Twins set aside: {twins['set_aside']:,}, {twins['left_out']:,} of them for that alone."
    yield _contamination(facts["contamination"])
    yield from _quality(facts["quality"])


def _unfinished(batches: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for batch in batches:
        if unfinished := batch["unfinished"]:
            yield f"{batch['name']} is not finished: {unfinished:,} traces are not made."


def _contamination(facts: Mapping[str, Any]) -> str:
    if not facts["benchmarks"]:
        return "No benchmark questions are loaded: nothing was checked for contamination."
    return f"Benchmark questions left out: {facts['found']:,}."


def _quality(quality: Mapping[str, Any]) -> Iterator[str]:
    if not quality["rows_known"] and not quality["rows_estimated"]:
        return
    for name in TITLES:
        title, value, interval, n, note = figure_cells(quality[name])
        within = f" ({interval})" if interval else ""
        yield f"{title}: {value}{within}; {n or 0} items. {note}"
    if quality["rows_without_evidence"]:
        yield f"Rows without evidence: {quality['rows_without_evidence']:,}."


def _left_out(facts: Mapping[str, Any]) -> Iterator[str]:
    for reason, count in sorted(facts["left_out"].items(), key=lambda pair: (-pair[1], pair[0])):
        yield f"Left out, {reason}: {count:,}"


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{value or 'not stated'} {rows:,}" for value, rows in counts.items())
