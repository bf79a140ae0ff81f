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


def share_of_earlier(*, before: int, added: int, size: int) -> float:
    """The share in the mean that the estimate of the earlier phases has."""
    if not 0 <= before < size or not 0 < added <= size - before:
        raise ValueError(f"{added} items cannot follow {before} of {size} traces.")
    return before * (size - before - added) / ((before + added) * (size - before))


def after_further_phase(probability: float, *, before: int, added: int, size: int) -> float:
    """What an item drawn earlier with this probability is to have recorded from now on."""
    share = share_of_earlier(before=before, added=added, size=size)
    return min(1.0, 1 / (share / probability + 1 - share))


def highest_chance(*, before: int, added: int, size: int) -> float:
    """The highest chance a further phase may give a trace, so that none weighs less than one."""
    return 1 - share_of_earlier(before=before, added=added, size=size)


def of_further_phase(chances: FloatArray, *, before: int, added: int, size: int) -> FloatArray:
    """What items drawn by a further phase with these chances are to have recorded."""
    highest = highest_chance(before=before, added=added, size=size)
    return np.asarray(np.minimum(1.0, chances / highest))


def systematic(chances: FloatArray, *, seed: int) -> IntArray:
    """Draw each place with its chance: as many as the chances add up to, a whole number.

    One random start, every step of one, along the places in random order.
    """
    chance = np.random.default_rng(seed)
    order = chance.permutation(len(chances))
    number = round(float(chances.sum()))
    ends = np.cumsum(chances[order]) * (number / chances.sum())
    marks = chance.uniform() + np.arange(number)
    found = np.searchsorted(ends, marks, side="right")
    return np.sort(order[np.minimum(found, len(order) - 1)])
