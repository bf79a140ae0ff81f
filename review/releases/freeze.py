"""Freezing: the items of a study under a rule, as lines that will never change, and what they are.

Frozen are the traces the rule takes, and those that were judged and not taken: preference pairs
and step labels for training come of both. What may not be published, is disputed, contaminated,
waits for an answer or bears a safety flag is never frozen.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

from pipeline.models import Event
from review.evidence.items import Evidence, sampled_evidence
from review.evidence.policies import Rules, exclusion
from review.exports.figures import StudyTally, figures_of
from review.exports.jsonl import item_line, items_to_release
from review.exports.tables import BUNDLE_VERSION
from review.models import Release
from review.releases.contamination import CONTAMINATED, Benchmarks, Match
from review.releases.line_file import LineFile

ROWS_AT_ONCE = 200
MATCHES_LISTED = 1000
NOTICE = "Not clinically validated. Not for clinical use."
ASKS_NOTHING = Rules(
    required_filters=(),
    minimum_precision=None,
    minimum_coherence=None,
    minimum_graders=0,
    only_accepted=False,
)


@dataclass(frozen=True, slots=True)
class _Weighed:
    """One item under the rules: why it is left out, and its line where it is frozen."""

    evidence: Evidence
    left_out: str
    licence: str = ""
    line: str = ""
    match: Match | None = None

    @property
    def taken(self) -> bool:
        return bool(self.line) and not self.left_out


@dataclass
class _Count:
    """What went in and what stayed out."""

    tally: StudyTally
    taken: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    licences: Counter[str] = field(default_factory=Counter)
    ungraded: int = 0
    judged: int = 0
    matches: list[Match] = field(default_factory=list)

    def add(self, weighed: _Weighed) -> None:
        self.tally.add(weighed.evidence)
        if weighed.match and len(self.matches) < MATCHES_LISTED:
            self.matches.append(weighed.match)
        if not weighed.taken:
            self.left_out[weighed.left_out] += 1
            self.judged += bool(weighed.line)
            return
        self.taken += 1
        self.sources[weighed.evidence.source] += 1
        self.licences[weighed.licence] += 1
        self.ungraded += not weighed.evidence.grades


def weigh_study(release: Release, rules: Rules, *, lines: LineFile) -> dict[str, Any]:
    """Write the release's lines; returns its facts: all that the manifest says but the files."""
    digest, count = hashlib.sha256(), _Count(StudyTally(release.study))
    checked = _weigh_all(release, rules, lines=lines, digest=digest, count=count)
    return _facts(release, count, checked) | {"sha256": digest.hexdigest()}


def _weigh_all(
    release: Release, rules: Rules, *, lines: LineFile, digest: Any, count: _Count
) -> Mapping[str, object]:
    """What the items were checked against; the benchmarks themselves are not kept."""
    benchmarks = Benchmarks()
    for weighed in _weigh(release, rules, benchmarks):
        count.add(weighed)
        if weighed.taken:
            digest.update(weighed.line.encode())
        if weighed.line:
            one = weighed.evidence
            lines.add(weighed.line, item=one.item, question=one.question, left_out=weighed.left_out)
    return benchmarks.facts


def _weigh(release: Release, rules: Rules, benchmarks: Benchmarks) -> Iterator[_Weighed]:
    evidence = sampled_evidence(release.study)
    while block := list(islice(evidence, ROWS_AT_ONCE)):
        yield from _weigh_block(block, rules, benchmarks)


def _weigh_block(
    block: Sequence[Evidence], rules: Rules, benchmarks: Benchmarks
) -> Iterator[_Weighed]:
    reasons = {one.item: exclusion(rules, one) or one.licence for one in block}
    wanted = [one.item for one in block if not reasons[one.item] or _may_be_learned_from(one)]
    items = items_to_release(wanted)
    for one in block:
        reason = reasons[one.item]
        if one.item not in items:
            yield _Weighed(one, reason)
        elif match := benchmarks.match(items[one.item].trace.question):
            yield _Weighed(one, reason or CONTAMINATED, match=None if reason else match)
        else:
            licence = items[one.item].trace.question.question_set.licence
            yield _Weighed(one, reason, licence, item_line(items[one.item], one))


def _may_be_learned_from(evidence: Evidence) -> bool:
    """Whether an item that was not taken was judged, and nothing forbids to publish it."""
    judged = evidence.consensus is not None and not evidence.licence
    return judged and exclusion(ASKS_NOTHING, evidence) is None


def _facts(release: Release, count: _Count, checked: Mapping[str, object]) -> dict[str, Any]:
    study, audit = release.study, Event.objects.head(release.study.event_chain)
    return {
        "release": release.name,
        "made": release.created_at.date().isoformat(),
        "format_version": release.format_version,
        "bundle_version": BUNDLE_VERSION,
        "reasoner_kind": release.reasoner_kind,
        "study": {"name": study.name, "rubric_version": study.rubric_version},
        "policy": {"name": release.policy.name, "rules": release.rules},
        "items": count.taken + count.left_out.total(),
        "rows": count.taken,
        "rows_nobody_graded": count.ungraded,
        "rows_by_source": dict(sorted(count.sources.items())),
        "rows_by_licence": dict(sorted(count.licences.items())),
        "left_out": dict(count.left_out.most_common()),
        "judged_not_taken": count.judged,
        "contamination": {
            **checked,
            "found": count.left_out[CONTAMINATED],
            "matches": [asdict(match) for match in count.matches],
        },
        "figures": figures_of(count.tally, rows=count.taken, head=audit["head"]),
        "audit": audit,
        "notice": NOTICE,
    }
