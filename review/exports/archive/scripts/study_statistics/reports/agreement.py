"""The tables of the report on agreement."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from ..agreement import agreement
from ..archive import Archive
from ..document import Cell, Row, Tables
from ..grades import Grade
from ..intervals import Estimate, clustered_mean, proportion, undefined
from ..panel import DECISIONS, Item
from ..raters import cohen, intraclass, quarters, severities, specific_agreement
from ..ratings import (
    NO_YES,
    ONE_TO_FIVE,
    Criterion,
    Judgement,
    Ratings,
    as_ratings,
    criteria,
    judgements,
)

REPORT = "agreement"
COEFFICIENTS = {
    "scale": ("percent", "alpha_ordinal", "ac2_quadratic", "fleiss_quadratic", "alpha_interval"),
    "order": ("percent", "alpha_ordinal", "ac2_quadratic", "fleiss_quadratic"),
    "names": ("percent", "alpha_nominal", "ac1", "fleiss"),
}
TITLES = {
    "percent": "Percent agreement",
    "alpha_nominal": "Krippendorff's alpha, nominal",
    "alpha_ordinal": "Krippendorff's alpha, ordinal",
    "alpha_interval": "Krippendorff's alpha, interval",
    "fleiss": "Fleiss's kappa",
    "fleiss_quadratic": "Fleiss's kappa, quadratic weights",
    "ac1": "Gwet's AC1",
    "ac2_quadratic": "Gwet's AC2, quadratic weights",
}
TYPES = {"alpha": "kappa-type", "fleiss": "kappa-type", "ac1": "AC-type", "ac2": "AC-type"}
ICC = (
    "ICC(1,1): raters differ from item to item",
    "ICC(2,1): raters are a sample",
    "ICC(3,1): these raters only",
)
REPLICATES, PAIR_REPLICATES, RETEST_REPLICATES = 500, 200, 1000
Figures = dict[str, tuple[Estimate, Estimate | None]]


def agreement_tables(archive: Archive, items: list[Item]) -> Tables:
    """Every table of the report that rests on grades."""
    sampled = [item for item in items if item.kind == "sampled"]
    specialties = {row["rater"]: row["specialty"] for row in archive.table("raters")}
    judged = {one: judgements(one, sampled, specialties) for one in criteria(archive)}
    ratings = {one: as_ratings(rows, one.scale) for one, rows in judged.items()}
    figures = {
        one: agreement(of, COEFFICIENTS[one.kind], replicates=REPLICATES, over_raters=True)
        for one, of in ratings.items()
    }
    by_code = {one.code: ratings[one] for one in ratings}
    tables: dict[str, list[Row]] = {
        "criteria": _summary(ratings, figures, 0),
        "criteria_raters": _summary(ratings, figures, 1),
        **{
            f"level_{level.replace(' ', '_')}": _details(ratings, figures, level)
            for level in dict.fromkeys(one.level for one in ratings)
        },
        "by_source": _parts(judged, "source", lambda row: row.source),
        "by_specialty": _parts(judged, "specialty", lambda row: row.specialty),
        "yes_and_no": _yes_and_no(ratings),
        "panel": _panel(archive, sampled),
    }
    for code in ("decision", "precision"):
        tables |= _pairs(code, by_code[code])
    for code in ("precision", "coherence"):
        tables |= _severity(code, by_code[code])
    tables |= _retest(items)
    tables["controls"] = _controls(items)
    return {(REPORT, key): rows for key, rows in tables.items()}


def _most_frequent(ratings: Ratings) -> str:
    counted = Counter(ratings.category.tolist())
    if not counted:
        return ""
    category, times = counted.most_common(1)[0]
    name = str(ratings.scale[category]).replace("_", " ")
    return f"{name}, {100 * times / counted.total():,.1f} %"


def _summary(
    ratings: dict[Criterion, Ratings], figures: dict[Criterion, Figures], which: int
) -> list[Row]:
    rows: list[Row] = []
    for one, of in ratings.items():
        row: Row = {"criterion": one.title, "level": one.level, "commonest": _most_frequent(of)}
        rows.append(row | _first_three(one, figures[one], which))
    return rows


def _first_three(one: Criterion, figures: Figures, which: int) -> Row:
    names = COEFFICIENTS[one.kind][:3]
    columns = ("percent", "kappa", "ac")
    return {key: figures[name][which] for key, name in zip(columns, names, strict=True)}


def _details(
    ratings: dict[Criterion, Ratings], figures: dict[Criterion, Figures], level: str
) -> list[Row]:
    rows: list[Row] = []
    for one in (one for one in ratings if one.level == level):
        rows += [
            _detail(one, TITLES[name], TYPES.get(name.partition("_")[0], ""), *pair)
            for name, pair in figures[one].items()
        ]
        if one.kind == "scale":
            correlations = zip(ICC, intraclass(ratings[one]), strict=True)
            rows += [_detail(one, title, "ICC", figure, None) for title, figure in correlations]
    return rows


def _detail(one: Criterion, title: str, kind: str, questions: Cell, raters: Cell) -> Row:
    row: Row = {"criterion": one.title, "coefficient": title, "type": kind}
    return row | {"over_questions": questions, "over_raters": raters}


def _parts(
    judged: dict[Criterion, list[Judgement]], key: str, part_of: Callable[[Judgement], str]
) -> list[Row]:
    rows: list[Row] = []
    for one, all_rows in judged.items():
        if not one.main:
            continue
        for name in sorted({part_of(row) or "not stated" for row in all_rows}):
            inside = [row for row in all_rows if (part_of(row) or "not stated") == name]
            ratings = as_ratings(inside, one.scale)
            figures = agreement(ratings, COEFFICIENTS[one.kind][:3], replicates=REPLICATES)
            row: Row = {key: name, "criterion": one.title, "commonest": _most_frequent(ratings)}
            rows.append(row | _first_three(one, figures, 0))
    return rows


def _yes_and_no(ratings: dict[Criterion, Ratings]) -> list[Row]:
    rows: list[Row] = []
    for one, of in ratings.items():
        if one.scale == NO_YES:
            no, yes = specific_agreement(of, replicates=REPLICATES)
            rows.append({"criterion": one.title, "positive": yes, "negative": no})
    return rows


def _panel(archive: Archive, sampled: Sequence[Item]) -> list[Row]:
    graded = Counter(grade.rater for item in sampled for grade in item.independent)
    return [
        {name: row[name] for name in ("rater", "specialty", "seniority")}
        | {"graded": graded[row["rater"]]}
        for row in archive.table("raters")
        if row["in_panel"] == "1"
    ]


def _pairs(code: str, ratings: Ratings) -> dict[str, list[Row]]:
    """The panel's confusion, and each pair's kappa; short scales list the cells of each pair."""
    scale = [str(point) for point in ratings.scale]
    whole = np.zeros((len(scale), len(scale)), dtype=int)
    rows: list[Row] = []
    for first, second in combinations(range(len(ratings.raters)), 2):
        confusion, kappa = cohen(ratings, first, second, PAIR_REPLICATES)
        if not confusion.sum():
            continue
        whole += confusion + confusion.T
        row: Row = {"first": ratings.raters[first], "second": ratings.raters[second]}
        row["kappa"] = kappa
        if len(scale) <= 3:
            cells = [(a, b) for a in range(len(scale)) for b in range(len(scale))]
            row |= {f"c_{scale[a]}_{scale[b]}": int(confusion[a, b]) for a, b in cells}
        rows.append(row)
    counts: list[Row] = [
        {"said": point} | {f"p_{other}": int(n) for other, n in zip(scale, line, strict=True)}
        for point, line in zip(scale, whole, strict=True)
    ]
    return {f"confusion_{code}": counts if rows else [], f"pairs_{code}": rows}


def _severity(code: str, ratings: Ratings) -> dict[str, list[Row]]:
    return {
        f"severity_{code}": [
            {"rater": rater, "residual": residual, "drift": drift}
            for rater, residual, drift in severities(ratings)
        ],
        f"drift_{code}": [
            {"rater": name}
            | {f"quarter_{q}": one for q, one in enumerate(quarters(ratings, rater), 1)}
            for rater, name in enumerate(ratings.raters)
        ],
    }


def _retest(items: Sequence[Item]) -> dict[str, list[Row]]:
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


def _controls(items: Sequence[Item]) -> list[Row]:
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
