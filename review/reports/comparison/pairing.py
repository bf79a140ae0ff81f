"""Two batches and the questions that both have settled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.models import Batch
from pipeline.statistics.estimate import FloatArray
from review.reports.comparison.outcomes import Outcome, RunOutcomes, mean_of, read_outcomes


@dataclass(frozen=True, eq=False)
class Paired:
    """Two batches and, in one order, the questions that both have settled."""

    first: RunOutcomes
    second: RunOutcomes
    questions: tuple[str, ...]

    @property
    def runs(self) -> tuple[RunOutcomes, RunOutcomes]:
        return self.first, self.second

    @property
    def with_imported(self) -> bool:
        """Whether one is imported: it is linked to no graph, and its effort is not known here."""
        return any(run.batch.is_imported for run in self.runs)

    @property
    def currencies(self) -> list[str]:
        """Those in which calls of the compared traces were paid."""
        found = {
            currency
            for run in self.runs
            for question in self.questions
            for trace in run.of_question[question]
            for currency in trace.currencies
        }
        return sorted(found)

    def values(
        self, value: Callable[[Outcome], float], questions: Sequence[str] | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """The mean of a figure in each question, in the first batch and in the second."""
        asked = self.questions if questions is None else questions
        first, second = (
            np.array([mean_of(run.of_question[one], value) for one in asked], dtype=float)
            for run in self.runs
        )
        return first, second

    def where_known(self, known: Callable[[Outcome], bool]) -> list[str]:
        """Questions of whose traces, in both batches, a figure is known."""
        return [
            one
            for one in self.questions
            if all(known(trace) for run in self.runs for trace in run.of_question[one])
        ]


def pair_batches(first: Batch, second: Batch) -> Paired:
    """The outcomes of both, and the questions that both have settled."""
    one, other = read_outcomes(first), read_outcomes(second)
    common = sorted(set(one.of_question) & set(other.of_question))
    return Paired(one, other, tuple(common))
