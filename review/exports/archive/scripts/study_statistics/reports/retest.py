"""Raters against themselves and against what is known: repeats and control items."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..agreement import agreement
from ..criteria import ONE_TO_FIVE, Judgement
from ..document import Row
from ..grades import Grade
from ..intervals import clustered_mean, proportion, undefined
from ..panel import DECISIONS, Item
from ..raters import cohen
from ..ratings import as_ratings

RETEST_REPLICATES = 1000


def retest_tables(items: Sequence[Item]) -> dict[str, list[Row]]:
    """Repeats beside the same rater's first grade of the item."""
    first = {
        (item.number, grade.rater): grade
        for item in items
        if item.kind == "sampled"
        for grade in item.independent
    }
    pairs = [
        (item, first[int(item.row["repeat_of"]), grade.rater], grade)
        for item in items
        if item.kind == "repeat"
        for grade in item.independent
        if (int(item.row["repeat_of"]), grade.rater) in first
    ]
    raters = sorted({again.rater for _, _, again in pairs})
    rated = [pair for pair in pairs if pair[1].could_judge and pair[2].could_judge]
    same: list[Row] = []
    for rater in raters:
        own = [
            first.decision == again.decision for _, first, again in rated if again.rater == rater
        ]
        same.append({"rater": rater, "decision": proportion(sum(own), len(own))})
    points: tuple[tuple[str, tuple[int, ...], Callable[[Grade], Any]], ...] = (
        ("Precision", ONE_TO_FIVE, lambda grade: grade.precision),
        ("Coherence", ONE_TO_FIVE, lambda grade: grade.own_coherence),
        ("Decision", (1, 2, 3), lambda grade: DECISIONS.index(grade.decision) + 1),
    )
    return {"retest": [_retest_row(*point, rated) for point in points], "retest_raters": same}


def _retest_row(
    title: str,
    scale: tuple[int, ...],
    value: Callable[[Grade], Any],
    rated: Sequence[tuple[Item, Grade, Grade]],
) -> Row:
    if not rated:
        nothing = undefined()
        names = ("exact", "kappa", "ac2", "shift")
        return {"criterion": title, **dict.fromkeys(names, nothing)}
    rows = [
        Judgement((index,), value(grade), name, "", item.question, "", 0.0)
        for place, name in ((1, "1"), (2, "2"))
        for index, (item, *grades) in enumerate(rated)
        for grade in [grades[place - 1]]
    ]
    ratings, n = as_ratings(rows, scale), len(rated)
    shift = ratings.values[n:] - ratings.values[:n]
    ac2 = agreement(ratings, ["ac2_quadratic"], replicates=RETEST_REPLICATES)["ac2_quadratic"][0]
    return {
        "criterion": title,
        "exact": proportion(int(np.sum(shift == 0)), n),
        "kappa": cohen(ratings, 0, 1, RETEST_REPLICATES)[1],
        "ac2": ac2,
        "shift": clustered_mean(shift, ratings.question),
    }


def control_rows(items: Sequence[Item]) -> list[Row]:
    """Grades of control items that met what was expected."""
    pairs = [(i, g) for i in items if i.kind == "control" for g in i.independent]
    pairs = [(item, grade) for item, grade in pairs if item.row["expected_precision"]]
    raters = sorted({grade.rater for _, grade in pairs})
    groups = {"the panel": pairs} if pairs else {}
    groups |= {rater: [pair for pair in pairs if pair[1].rater == rater] for rater in raters}
    return [{"rater": name, **_met(of)} for name, of in groups.items()]


def _met(pairs: Sequence[tuple[Item, Grade]]) -> Row:
    outcomes = [_criteria_met(item, grade) for item, grade in pairs]
    row: Row = {}
    for name in ("precision", "coherence", "decision"):
        asked = [outcome[name] for outcome in outcomes if name in outcome]
        row[name] = proportion(sum(asked), len(asked))
    return row | {"all": proportion(sum(all(one.values()) for one in outcomes), len(outcomes))}


def _criteria_met(item: Item, grade: Grade) -> dict[str, bool]:
    expected, tolerance = item.row, int(item.row["expected_tolerance"])
    given = {"precision": grade.precision, "coherence": grade.own_coherence}
    met = {
        name: grade.could_judge
        and value is not None
        and abs(value - int(expected[f"expected_{name}"])) <= tolerance
        for name, value in given.items()
    }
    if expected["expected_decision"]:
        met["decision"] = grade.could_judge and grade.decision == expected["expected_decision"]
    return met
