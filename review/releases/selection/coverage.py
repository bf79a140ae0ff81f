"""Coverage: of which traces a study says something, and what each graded one stands for."""

from array import array
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from pipeline.core.errors import Refusal
from pipeline.statistics.estimate import IntArray
from review.models import Study
from review.releases.selection.judging import Judged
from review.reports.facts import Facts
from review.sampling.learned_score import Learned
from review.sampling.population import Population, population_of

NO_PLAN = "the sample's plan is not on record"


@dataclass(frozen=True, slots=True)
class Answer:
    """A sampled item that only grades could speak against: its row in the population, its label
    (1 acceptable, 0 not, None without an answer)."""

    item: int
    row: int
    question: int
    probability: float
    label: float | None


def _rows() -> "array[int]":
    return array("q")


@dataclass
class Coverage:
    """A study as evidence of a release: counts, and rows of its population, an int a trace.

    `domain`: traces that only grades could speak against, sampled or not. `ungraded`: released
    ones without a grade. `graded`: released ones with a consensus, by item, with the reciprocal
    of the item's chance. `known` and `accepted` count these. Where the release looks at the
    sample alone (`sample_alone`), every item counts once.
    """

    study: Study
    sample_alone: bool
    facts: Callable[[], Facts]
    domain: "array[int]" = field(default_factory=_rows)
    ungraded: "array[int]" = field(default_factory=_rows)
    graded: dict[int, tuple[int, float]] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    known: int = 0
    accepted: int = 0
    released: int = 0
    without_evidence: int = 0

    @cached_property
    def _found(self) -> tuple[Population | None, str]:
        try:
            return population_of(self.study), ""
        except Refusal as error:
            return None, str(error)
        except KeyError:
            return None, NO_PLAN

    @property
    def population(self) -> Population | None:
        """The traces from which the sample was drawn; None where they are not found again."""
        return self._found[0]

    @property
    def reason(self) -> str:
        """Why there is no population; empty where there is one."""
        return self._found[1]

    @property
    def drawn_from(self) -> Population:
        """The population. Raises Refusal with the reason where there is none."""
        if self.population is None:
            raise Refusal(self.reason)
        return self.population

    @property
    def learned(self) -> Learned:
        """The learned score of the study, once every sampled item was added."""
        return self.facts().learned_score

    def add(self, judged: Judged) -> None:
        """Count one trace of the study's batches, sampled or not."""
        row = self._row(judged)
        if judged.in_domain and row is not None:
            self._add_to_domain(judged, row)
        if judged.is_released:
            self._add_released(judged, row)

    def strata_of(self, rows: "array[int]") -> IntArray:
        """The stratum of each of these rows, as its position among the population's strata."""
        stratum = self.drawn_from.stratum
        return np.asarray(stratum[np.asarray(rows, dtype=np.int64)])

    def weights(self) -> Mapping[int, float]:
        """By item, how many released rows of its stratum a released graded row stands for.

        The weights of a stratum sum to its released rows. None where the population is unknown.
        """
        if self.population is None or not self.graded:
            return {}
        rows = array("q", (row for row, _ in self.graded.values()))
        parts = np.array([part for _, part in self.graded.values()])
        of_graded, size = self.strata_of(rows), len(self.population.strata)
        released = np.bincount(of_graded, minlength=size)
        released = released + np.bincount(self.strata_of(self.ungraded), minlength=size)
        sums = np.bincount(of_graded, parts, minlength=size)
        weights = parts * released[of_graded] / sums[of_graded]
        return dict(zip(self.graded, weights.tolist(), strict=True))

    def _row(self, judged: Judged) -> int | None:
        if self.population is None:
            return None
        return self.population.row_of.get(judged.evidence.trace)

    def _add_to_domain(self, judged: Judged, row: int) -> None:
        self.domain.append(row)
        evidence = judged.evidence
        if evidence.item:
            chance = 1.0 if self.sample_alone else evidence.probability or 1.0
            self.answers.append(
                Answer(evidence.item, row, evidence.question, chance, evidence.acceptable)
            )

    def _add_released(self, judged: Judged, row: int | None) -> None:
        evidence = judged.evidence
        self.released += 1
        if evidence.consensus is not None:
            self.known += 1
            self.accepted += evidence.acceptable == 1
            if row is not None:
                chance = 1.0 if self.sample_alone else evidence.probability or 1.0
                self.graded[evidence.item] = (row, 1 / chance)
        elif row is None:
            self.without_evidence += 1
        else:
            self.ungraded.append(row)
