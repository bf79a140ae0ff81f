"""Comparisons: every current judgement of a pairwise study, with the batches that met in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipeline.models import Batch
from pipeline.statistics.agreement.rating_table import RatingTable, tabulate
from pipeline.statistics.estimate import Estimate
from pipeline.statistics.intervals import clustered_mean, wilson
from pipeline.statistics.preferences import FIRST, SECOND, TIE, Judgements, Preferences, preferences
from review.models import PairJudgement, Study
from review.models.pairs import CRITERIA

TITLES: Mapping[str, str] = {
    "better": "Better as a whole",
    "more_precise": "More precise",
    "more_coherent": "More coherent",
}
OUTCOMES = {"first": FIRST, "tie": TIE, "second": SECOND}
TIE_COUNTS = {"first": 1.0, "tie": 0.5, "second": 0.0}


@dataclass(frozen=True, slots=True)
class Comparison:
    """One judgement: the pair, both batches, who judged, what they saw left, what they chose.

    `chosen` and `flags` are by criterion and by side ("first", "second"); nothing is chosen where
    the rater could not judge.
    """

    item: int
    question: int
    batches: tuple[int, int]
    rater: str
    left: str
    chosen: Mapping[str, str]
    flags: Mapping[str, str]


@dataclass(frozen=True, eq=False)
class Comparisons:
    """The judgements of a study, in the order given; `names` and `kinds` of batches by id."""

    rows: tuple[Comparison, ...]
    names: Mapping[int, str]
    kinds: Mapping[int, str]
    seed: int

    @cached_property
    def judged(self) -> tuple[Comparison, ...]:
        """The judgements of raters who could judge."""
        return tuple(row for row in self.rows if row.chosen)

    @cached_property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Every two batches that met, in order."""
        return tuple(sorted({row.batches for row in self.judged}))

    @property
    def raters(self) -> int:
        return len({row.rater for row in self.judged})

    def of_pair(self, pair: tuple[int, int]) -> list[Comparison]:
        """The judgements between these two batches."""
        return [row for row in self.judged if row.batches == pair]

    @cached_property
    def preferences(self) -> Mapping[str, Preferences]:
        """The model fitted to the judgements by each criterion."""
        names = list(self.names.values())
        return {
            criterion: preferences(self._judgements(criterion), names, seed=self.seed % 2**32)
            for criterion in TITLES
        }

    def _judgements(self, criterion: str) -> Judgements:
        place = {batch: number for number, batch in enumerate(self.names)}
        met = {pair: number for number, pair in enumerate(self.pairs)}
        pairs = [[place[first], place[second]] for first, second in self.pairs]
        return Judgements(
            np.array(pairs, dtype=np.int64).reshape(-1, 2),
            np.array([met[row.batches] for row in self.judged], dtype=np.int64),
            np.array([OUTCOMES[row.chosen[criterion]] for row in self.judged], dtype=np.int64),
            _codes([row.question for row in self.judged]),
            _codes([row.rater for row in self.judged]),
        )

    def ratings(self, criterion: str) -> RatingTable:
        """Who chose what of which pair, for agreement."""
        return tabulate(
            [row.item for row in self.judged],
            [row.rater for row in self.judged],
            [row.chosen[criterion] for row in self.judged],
            scale=tuple(OUTCOMES),
            questions=[row.question for row in self.judged],
        )


def chosen_left(rows: Sequence[Comparison], criterion: str) -> Estimate:
    """Among judgements that prefer one, the share that prefers the one that stood left.

    Where all stand on one side nothing varies: then Wilson's interval, a question counting once.
    """
    decided = [row for row in rows if row.chosen[criterion] != "tie"]
    values = [float(row.chosen[criterion] == row.left) for row in decided]
    share = _mean(values, decided)
    if share.value not in (0.0, 1.0):
        return share
    low, high = wilson(share.value, len({row.question for row in decided}))
    return Estimate(share.value, low, high, share.n)


def share_preferred(rows: Sequence[Comparison], criterion: str) -> Estimate:
    """The share of judgements that prefer the first of the two batches, a tie being half."""
    return _mean([TIE_COUNTS[row.chosen[criterion]] for row in rows], rows)


def _mean(values: Sequence[float], rows: Sequence[Comparison]) -> Estimate:
    questions = np.array([row.question for row in rows], dtype=np.int64)
    return clustered_mean(np.array(values, dtype=float), questions).within(0.0, 1.0)


def _codes(values: Sequence[int] | Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.unique(np.array(values), return_inverse=True)[1].astype(np.int64).reshape(-1)


def read_comparisons(study: Study) -> Comparisons:
    """The study's current judgements as they stand now."""
    batches = list(study.batches.order_by("pk"))
    rows = PairJudgement.objects.filter(item__study=study, is_current=True).select_related(
        "item__trace", "item__rival_trace", "reviewer"
    )
    light = rows.defer("item__trace__record", "item__rival_trace__record").order_by("pk")
    return Comparisons(
        tuple(map(_comparison, light)),
        _names(batches),
        {batch.pk: batch.get_reasoner_kind_display() for batch in batches},
        study.seed,
    )


def _comparison(row: PairJudgement) -> Comparison:
    rival = row.item.rival_trace
    assert rival is not None  # noqa: S101  # the database holds that a pair has both
    return Comparison(
        item=row.item_id,
        question=row.item.trace.question_id,
        batches=(row.item.trace.batch_id, rival.batch_id),
        rater=row.reviewer.pseudonym,
        left=row.shown_left,
        chosen={name: getattr(row, name) for name in CRITERIA} if not row.cannot_judge else {},
        flags={"first": row.flag_first, "second": row.flag_second},
    )


def _names(batches: Sequence[Batch]) -> dict[int, str]:
    """Batches by name, with the number where names repeat."""
    names = [batch.name for batch in batches]
    return {
        batch.pk: batch.name if names.count(batch.name) == 1 else f"{batch.name} ({batch.pk})"
        for batch in batches
    }
