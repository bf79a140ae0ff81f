"""A sample drawn in phases: what each item stands for once a further phase is drawn.

A further phase draws `added` traces of a stratum from the `size - before` not drawn yet, each
with a chance that may depend on everything known so far, grades included. Two estimates of a
total are then at hand: the one of the earlier phases, with their weights W, and what is drawn
already plus the further items over their chances. Both are unbiased, and so is their mean with
any shares fixed before anyone looked at a grade. The shares taken here are those that make a
further phase at random the same as having drawn all at once: then every item weighs
size / (before + added). Recorded are the reciprocals of the weights, which lie in (0, 1].

Source: Raj (1956), "Some estimators in sampling with varying probabilities without
replacement"; the second estimate is his ordered one, the past being drawn for certain.
"""

import numpy as np

from pipeline.statistics.estimate import FloatArray, IntArray


def earlier_phase_share(*, before: int, added: int, size: int) -> float:
    """The weight of the earlier phases' estimate in the mean of the two."""
    if not 0 <= before < size or not 0 < added <= size - before:
        raise ValueError(f"{added} items cannot follow {before} of {size} traces.")
    return before * (size - before - added) / ((before + added) * (size - before))


def max_probability(*, before: int, added: int, size: int) -> float:
    """The highest probability a further phase may give a trace: then none weighs less than one."""
    return 1 - earlier_phase_share(before=before, added=added, size=size)


def further_phase_probabilities(
    probabilities: FloatArray, *, before: int, added: int, size: int
) -> FloatArray:
    """The probabilities to record for items drawn by a further phase with these."""
    highest = max_probability(before=before, added=added, size=size)
    return np.asarray(np.minimum(1.0, probabilities / highest))


def systematic_sample(probabilities: FloatArray, *, seed: int) -> IntArray:
    """Draw each index with its probability, as many as they add up to (a whole number).

    Systematic sampling: the probabilities laid end to end in random order, a mark at every unit
    from one random start (Madow 1949).
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(probabilities))
    size = round(float(probabilities.sum()))
    ends = np.cumsum(probabilities[order]) * (size / probabilities.sum())
    marks = rng.uniform() + np.arange(size)
    positions = np.searchsorted(ends, marks, side="right")
    return np.sort(order[np.minimum(positions, len(order) - 1)])
