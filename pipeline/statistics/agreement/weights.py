"""Weights of partial agreement, and Krippendorff's distances: both square in the scale's points.

Sources: Gwet (2014), Handbook of Inter-Rater Reliability, 4th ed., chapter 3; Krippendorff
(2011), Computing Krippendorff's Alpha-Reliability.
"""

from typing import Literal

import numpy as np

from pipeline.statistics.estimate import FloatArray

Weighting = Literal["identity", "linear", "quadratic", "ordinal"]
Level = Literal["nominal", "ordinal", "interval"]


def agreement_weights(kind: Weighting, positions: FloatArray) -> FloatArray:
    """Weights from 0 to 1: 1 for the same point, smaller the further apart two points are.

    "linear" and "quadratic" read the points as numbers, "ordinal" their order only.
    """
    points = len(positions)
    if kind == "identity" or points < 2:
        return np.eye(points)
    distances = np.abs(positions[:, None] - positions[None, :])
    if kind == "ordinal":
        points_between = np.abs(np.arange(points)[:, None] - np.arange(points)[None, :]) + 1
        distances = np.asarray(points_between * (points_between - 1) / 2)
    relative_distances = distances / distances.max()
    return np.asarray(1 - (relative_distances**2 if kind == "quadratic" else relative_distances))


def krippendorff_distances(level: Level, positions: FloatArray, margins: FloatArray) -> FloatArray:
    """Krippendorff's squared distances, one matrix for each row of margins (rows x points).

    The ordinal distance counts the ratings between two points, so it depends on the margins.
    """
    rows, points = margins.shape
    if level == "ordinal":
        cumulative = np.concatenate([np.zeros((rows, 1)), np.cumsum(margins, axis=1)], axis=1)
        midranks = (cumulative[:, 1:] + cumulative[:, :-1]) / 2
        return np.asarray((midranks[:, :, None] - midranks[:, None, :]) ** 2)
    squared_distances = (positions[:, None] - positions[None, :]) ** 2
    if level == "nominal":
        squared_distances = 1 - np.eye(points)
    return np.broadcast_to(squared_distances, (rows, points, points))
