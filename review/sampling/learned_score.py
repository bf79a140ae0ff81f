"""The learned score of a study: a guess, from features alone, of what the panel would accept.

It assists estimates and sets the probabilities of a later phase. It never accepts or rejects.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pipeline.statistics.estimate import FloatArray
from pipeline.statistics.estimation.learned_score import learn_score
from pipeline.statistics.estimation.ratio_estimator import MIN_LABELS
from review.evidence.items import Evidence
from review.models import Study
from review.sampling.population import Population, PopulationChanged, population_of


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """Scores from 0 to 1 of every trace of the population, or the `reason` why there are none.

    `by_item`: of sampled items, each by a model that saw no grade of its question. `means`: over
    all traces of a stratum. `graded`: the answered items it was learned from.
    """

    graded: int
    reason: str = ""
    population: Population | None = None
    scores: FloatArray = field(default_factory=lambda: np.zeros(0))
    by_item: Mapping[int, float] = field(default_factory=dict)
    means: Mapping[str, float] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return not self.reason


def learn(study: Study, items: Sequence[Evidence]) -> Learned:
    """Learn from the sampled items that have an answer, and score the whole population."""
    answered = [item for item in items if item.acceptable is not None]
    reason = _too_little(answered)
    if reason:
        return Learned(len(answered), reason)
    try:
        population = population_of(study)
    except PopulationChanged as error:
        return Learned(len(answered), str(error))
    return score_population(population, items)


def _too_little(answered: Sequence[Evidence]) -> str:
    if len(answered) < MIN_LABELS:
        return f"needs at least {MIN_LABELS} graded items, and has {len(answered)}"
    if len({item.question for item in answered}) < 2:
        return "needs graded items of two questions or more"
    if len({item.acceptable for item in answered}) < 2:
        return "needs both acceptable and unacceptable graded items"
    return ""


def score_population(population: Population, items: Sequence[Evidence]) -> Learned:
    """Learn from these items of the population. ValueError without answers of two questions."""
    answered = [item for item in items if item.acceptable is not None]
    values = population.columns.values
    learned = learn_score(
        values[[population.row_of[item.trace] for item in answered]],
        np.array([item.acceptable for item in answered], dtype=float),
        np.array([item.question for item in answered], dtype=np.int64),
        values,
    )
    scores = {item.item: float(learned.batch[population.row_of[item.trace]]) for item in items}
    scores |= zip((item.item for item in answered), learned.graded.tolist(), strict=True)
    everything = np.ones(len(values), dtype=bool)
    return Learned(
        len(answered),
        population=population,
        scores=learned.batch,
        by_item=scores,
        means=population.means(learned.batch, everything),
    )
