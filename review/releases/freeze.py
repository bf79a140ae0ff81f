"""Freezing: a study's items under a policy's rules, as lines that will never change.

Frozen are the traces the rules take, and those that were judged and not taken: preference pairs
and step labels for training need both. An item that may not be published, is disputed or
contaminated, waits for an answer or carries a safety flag is never frozen.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

from pipeline.core.release_format import ends_at_explanation
from pipeline.models import Event
from review.evidence.items import Evidence, sampled_evidence
from review.evidence.policies import Rules, exclusion
from review.exports.figures import StudyTally, figures_of
from review.exports.jsonl import item_line, items_to_release
from review.exports.tables import BUNDLE_VERSION
from review.models import Release
from review.releases.contamination import CONTAMINATED, Benchmarks, Match
from review.releases.line_file import LineFile

CHUNK_SIZE = 200
MAX_MATCHES_LISTED = 1000
NOTICE = "Not clinically validated. Not for clinical use."
ASKS_NOTHING = Rules(
    required_filters=(),
    minimum_precision=None,
    minimum_coherence=None,
    minimum_graders=0,
    only_accepted=False,
)


@dataclass(frozen=True, slots=True)
class _ItemOutcome:
    """One item under the rules: why it is left out, and its line where it is frozen."""

    evidence: Evidence
    left_out: str
    licence: str = ""
    line: str = ""
    match: Match | None = None
    trace: int = 0

    @property
    def is_released(self) -> bool:
        return bool(self.line) and not self.left_out


@dataclass
class _Totals:
    """What went in and what stayed out."""

    tally: StudyTally
    released: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    licences: Counter[str] = field(default_factory=Counter)
    ungraded: int = 0
    at_explanation: int = 0
    judged: int = 0
    matches: list[Match] = field(default_factory=list)

    def add(self, outcome: _ItemOutcome) -> None:
        self.tally.add(outcome.evidence)
        if outcome.match and len(self.matches) < MAX_MATCHES_LISTED:
            self.matches.append(outcome.match)
        if not outcome.is_released:
            self.left_out[outcome.left_out] += 1
            self.judged += bool(outcome.line)
            return
        self.released += 1
        self.sources[outcome.evidence.source] += 1
        self.licences[outcome.licence] += 1
        self.ungraded += not outcome.evidence.grades
        self.at_explanation += ends_at_explanation(outcome.line)


def write_lines(release: Release, rules: Rules, *, lines: LineFile) -> dict[str, Any]:
    """Write the release's lines; returns its facts: the manifest without the files."""
    digest, totals = hashlib.sha256(), _Totals(StudyTally(release.studies.get()))
    checked = _write_all(release, rules, lines=lines, digest=digest, totals=totals)
    return _facts(release, totals, checked) | {"sha256": digest.hexdigest()}


def _write_all(
    release: Release, rules: Rules, *, lines: LineFile, digest: Any, totals: _Totals
) -> Mapping[str, object]:
    """Write every line; returns what the items were checked against (not the benchmarks)."""
    benchmarks = Benchmarks()
    for outcome in _outcomes(release, rules, benchmarks):
        totals.add(outcome)
        if outcome.is_released:
            digest.update(outcome.line.encode())
        if outcome.line:
            lines.add(
                outcome.line,
                trace=outcome.trace,
                item=outcome.evidence.item,
                question=outcome.evidence.question,
                left_out=outcome.left_out,
            )
    return benchmarks.facts


def _outcomes(release: Release, rules: Rules, benchmarks: Benchmarks) -> Iterator[_ItemOutcome]:
    evidence = sampled_evidence(release.studies.get())
    while block := list(islice(evidence, CHUNK_SIZE)):
        yield from _block_outcomes(block, rules, benchmarks)


def _block_outcomes(
    block: Sequence[Evidence], rules: Rules, benchmarks: Benchmarks
) -> Iterator[_ItemOutcome]:
    reasons = {row.item: exclusion(rules, row) or row.licence_exclusion for row in block}
    wanted = [row.item for row in block if not reasons[row.item] or _may_train(row)]
    items = items_to_release(wanted)
    for row in block:
        reason, item = reasons[row.item], items.get(row.item)
        if item is None:
            yield _ItemOutcome(row, reason)
        elif match := benchmarks.match(item.trace.question):
            yield _ItemOutcome(row, reason or CONTAMINATED, match=None if reason else match)
        else:
            licence = item.trace.question.question_set.licence
            cluster = str(item.trace.question)
            line = item_line(item, row, cluster=cluster, split="train")
            yield _ItemOutcome(row, reason, licence, line, trace=item.trace_id)


def _may_train(evidence: Evidence) -> bool:
    """Whether an item that is not released was judged, and nothing forbids publishing it."""
    judged = evidence.consensus is not None and not evidence.licence_exclusion
    return judged and exclusion(ASKS_NOTHING, evidence) is None


def _facts(release: Release, totals: _Totals, checked: Mapping[str, object]) -> dict[str, Any]:
    study, audit = release.studies.get(), Event.objects.head(release.event_chain)
    return {
        "release": release.name,
        "made": release.created_at.date().isoformat(),
        "format_version": release.format_version,
        "bundle_version": BUNDLE_VERSION,
        "reasoner_kind": release.reasoner_kind,
        "study": {"name": study.name, "rubric_version": study.rubric_version},
        "policy": {"name": release.policy.name, "rules": release.rules},
        "items": totals.released + totals.left_out.total(),
        "rows": totals.released,
        "rows_nobody_graded": totals.ungraded,
        "rows_ending_at_explanation": totals.at_explanation,
        "rows_by_source": dict(sorted(totals.sources.items())),
        "rows_by_licence": dict(sorted(totals.licences.items())),
        "left_out": dict(totals.left_out.most_common()),
        "judged_not_taken": totals.judged,
        "contamination": {
            **checked,
            "found": totals.left_out[CONTAMINATED],
            "matches": [asdict(match) for match in totals.matches],
        },
        "figures": figures_of(totals.tally, rows=totals.released, head=audit["head"]),
        "audit": audit,
        "notice": NOTICE,
    }
