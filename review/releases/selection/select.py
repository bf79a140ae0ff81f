"""Selecting: every candidate judged, counted, and the frozen ones named in their order.

Graded rows stand first, study by study in the order of their items; then the traces that no
evidence study sampled, in their own order. Memory holds a few numbers a trace.
"""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.core.duplicates.twins import Twin
from review.exports.figures import StudyTally
from review.releases.contamination.benchmarks import CONTAMINATED, Benchmarks
from review.releases.selection.candidates import other_blocks, sampled_blocks
from review.releases.selection.choices import Choices
from review.releases.selection.coverage import Coverage
from review.releases.selection.judging import Judge, Judged
from review.releases.selection.quality import Quality, quality_of
from review.releases.selection.splitting import Splits, splits_of
from review.releases.selection.tally import Tally


@dataclass(frozen=True, slots=True)
class FrozenTrace:
    """A trace whose line is frozen: its item (None: no evidence study sampled it), its question,
    the reason why it is left out (if it is), and what it stands for where it was graded."""

    trace: int
    item: int | None
    question: int
    left_out: str
    weight: float | None


@dataclass
class _Frozen:
    """The frozen traces as columns."""

    trace: "array[int]" = field(default_factory=lambda: array("q"))
    item: "array[int]" = field(default_factory=lambda: array("q"))
    question: "array[int]" = field(default_factory=lambda: array("q"))
    reason: "array[int]" = field(default_factory=lambda: array("i"))
    reasons: dict[str, int] = field(default_factory=lambda: {"": 0})

    def add(self, judged: Judged) -> None:
        self.trace.append(judged.candidate.trace.pk)
        self.item.append(judged.evidence.item)
        self.question.append(judged.evidence.question)
        self.reason.append(self.reasons.setdefault(judged.reason, len(self.reasons)))

    def questions(self, *, released: bool) -> list[int]:
        """The question of each row that is released, or of each that is not."""
        return [
            question
            for question, reason in zip(self.question, self.reason, strict=True)
            if (reason == 0) == released
        ]


@dataclass(frozen=True)
class Selection:
    """What a release holds, without its lines. `coverages` and `studies`: one a study."""

    choices: Choices
    tally: Tally
    coverages: Sequence[Coverage]
    studies: Sequence[StudyTally]
    quality: Quality
    twins: Mapping[int, Twin]
    benchmarks: Benchmarks
    frozen: _Frozen

    def split(self) -> Splits:
        """The splits of every question of a frozen row."""
        of_frozen = self.frozen.questions
        return splits_of(self.choices, of_frozen(released=True), of_frozen(released=False))

    def frozen_traces(self) -> Iterator[FrozenTrace]:
        """The traces whose lines are frozen, in their order."""
        weights: dict[int, float] = {}
        for coverage in self.coverages:
            weights |= coverage.weights()
        frozen, reasons = self.frozen, list(self.frozen.reasons)
        columns = (frozen.trace, frozen.item, frozen.question, frozen.reason)
        for trace, item, question, reason in zip(*columns, strict=True):
            weight = None if reason else weights.get(item)
            yield FrozenTrace(trace, item or None, question, reasons[reason], weight)

    @property
    def contaminated(self) -> int:
        return self.tally.left_out[CONTAMINATED]


def select(choices: Choices) -> Selection:
    """Judge every candidate of a release."""
    return _Selecting(choices).selection()


class _Selecting:
    def __init__(self, choices: Choices) -> None:
        self._choices = choices
        self._judge = Judge(choices)
        self._tally, self._frozen = Tally(), _Frozen()
        self._studies = [StudyTally(study) for study in choices.studies]
        self._coverages = [
            Coverage(study, not choices.batches, tally.facts)
            for study, tally in zip(choices.studies, self._studies, strict=True)
        ]
        self._study_of_batch = {
            batch: position
            for position, study in enumerate(choices.studies)
            for batch in study.batches.values_list("pk", flat=True)
        }
        self._without_evidence = 0

    def selection(self) -> Selection:
        for position in range(len(self._choices.studies)):
            self._read_sampled(position)
        for block in other_blocks(self._choices):
            for candidate in block:
                judged = self._judge.judge(candidate)
                self._add(judged, self._study_of_batch.get(candidate.trace.batch_id))
        missed = self._without_evidence + sum(one.without_evidence for one in self._coverages)
        return Selection(
            self._choices,
            self._tally,
            self._coverages,
            self._studies,
            quality_of(self._coverages, without_evidence=missed),
            self._judge.twins,
            self._judge.benchmarks,
            self._frozen,
        )

    def _read_sampled(self, position: int) -> None:
        for block in sampled_blocks(self._choices, position):
            for evidence, candidate in block:
                self._studies[position].add(evidence)
                if candidate is not None:
                    self._add(self._judge.judge(candidate), position)

    def _add(self, judged: Judged, study: int | None) -> None:
        self._tally.add(judged)
        if study is not None:
            self._coverages[study].add(judged)
        else:
            self._without_evidence += judged.is_released
        if judged.is_frozen:
            self._frozen.add(judged)
