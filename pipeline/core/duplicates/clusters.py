"""Clusters: near-duplicate questions joined with theirs, so that none is split from another."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.core.duplicates.near_duplicates import NearDuplicates, Wording


def clusters(wordings: Sequence[Wording]) -> list[int]:
    """For each question the position (from 0) of the first of its cluster.

    Two questions are in one cluster if they are near duplicates, or a chain of near duplicates
    joins them. Questions that are in one cluster already are not compared again.
    """
    distinct: dict[Wording, int] = {}
    places = [distinct.setdefault(wording, len(distinct)) for wording in wordings]
    roots = _joined(list(distinct))
    first: dict[int, int] = {}
    for position, place in enumerate(places):
        first.setdefault(roots[place], position)
    return [first[roots[place]] for place in places]


def cluster_names(wordings: Sequence[Wording], names: Sequence[str]) -> list[str]:
    """For each question the least name in its cluster: the same in whatever order they come."""
    found = clusters(wordings)
    least: dict[int, str] = {}
    for cluster, name in zip(found, names, strict=True):
        least[cluster] = min(name, least.get(cluster, name))
    return [least[cluster] for cluster in found]


def _joined(wordings: Sequence[Wording]) -> NDArray[np.int64]:
    """For each distinct question the number of its cluster."""
    index = NearDuplicates(wordings)
    roots = np.arange(len(wordings))
    for position in range(len(wordings)):
        for other in index.proposed_before(position):
            # Once joined, the rest of that cluster need not be compared.
            if roots[other] != roots[position] and index.are_near(position, other):
                roots[roots == roots[position]] = roots[other]
    return roots
