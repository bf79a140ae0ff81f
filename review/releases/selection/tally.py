"""Tally: counts of what a release takes and leaves out, for the preview and the manifest."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from pipeline.sources.publication import PublicationTerms
from review.releases.contamination.benchmarks import Match
from review.releases.selection.judging import Judged

MAX_MATCHES_LISTED = 1000


def _by_value() -> dict[str, Counter[str]]:
    return defaultdict(Counter)


@dataclass
class Tally:
    """Counts of traces. `by`: of released ones, by what is counted and its value."""

    released: int = 0
    graded: int = 0
    judged_not_taken: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    by: dict[str, Counter[str]] = field(default_factory=_by_value)
    left_out_by_source: dict[str, Counter[str]] = field(default_factory=_by_value)
    left_out_by_question_type: dict[str, Counter[str]] = field(default_factory=_by_value)
    matches: list[Match] = field(default_factory=list)
    terms: PublicationTerms = field(default_factory=PublicationTerms)

    def add(self, judged: Judged) -> None:
        """Count one candidate."""
        if judged.is_released:
            self._add_released(judged)
            return
        question = judged.candidate.trace.question
        self.left_out[judged.reason] += 1
        self.left_out_by_source[judged.evidence.source][judged.reason] += 1
        self.left_out_by_question_type[question.question_type][judged.reason] += 1
        self.judged_not_taken += judged.is_frozen
        if judged.match and len(self.matches) < MAX_MATCHES_LISTED:
            self.matches.append(judged.match)

    def _add_released(self, judged: Judged) -> None:
        trace = judged.candidate.trace
        question = trace.question
        self.released += 1
        self.graded += judged.evidence.consensus is not None
        for what, value in (
            ("source", question.question_set.source),
            ("licence", self.terms.of(trace).whole),
            ("batch", trace.batch.name),
            ("kind", trace.batch.reasoner_kind),
            ("question_type", question.question_type),
            ("specialty", question.specialty),
        ):
            self.by[what][value] += 1

    @property
    def considered(self) -> int:
        return self.released + self.left_out.total()

    def facts(self) -> dict[str, Any]:
        """For the manifest, see docs/release.md."""
        return {
            "considered": self.considered,
            "rows": self.released,
            "rows_graded": self.graded,
            "rows_nobody_graded": self.released - self.graded,
            **{f"rows_by_{what}": dict(sorted(counts.items())) for what, counts in self.by.items()},
            "left_out": dict(self.left_out.most_common()),
            "left_out_by_source": _plain(self.left_out_by_source),
            "left_out_by_question_type": _plain(self.left_out_by_question_type),
            "judged_not_taken": self.judged_not_taken,
        }

    def listed_matches(self) -> list[dict[str, Any]]:
        return [asdict(match) for match in self.matches]


def _plain(counts: Mapping[str, Counter[str]]) -> dict[str, dict[str, int]]:
    return {value: dict(counts[value].most_common()) for value in sorted(counts)}
