"""The tables of the report on agreement."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np

from ..agreement import agreement
from ..archive import Archive
from ..criteria import NO_YES, Criterion, Judgement, criteria, judgements
from ..document import Cell, Row, Tables
from ..intervals import Estimate
from ..panel import Item
from ..raters import cohen, intraclass, quarters, severities, specific_agreement
from ..ratings import Ratings, as_ratings
from .retest import control_rows, retest_tables

REPORT = "agreement"
COEFFICIENTS = {
    "scale": ("percent", "alpha_ordinal", "ac2_quadratic", "fleiss_quadratic", "alpha_interval"),
    "order": ("percent", "alpha_ordinal", "ac2_quadratic", "fleiss_quadratic"),
    "names": ("percent", "alpha_nominal", "ac1", "fleiss"),
}
TITLES = {
    "percent": "Percent agreement",
    "alpha_nominal": "Krippendorff's alpha (nominal)",
    "alpha_ordinal": "Krippendorff's alpha (ordinal)",
    "alpha_interval": "Krippendorff's alpha (interval)",
    "fleiss": "Fleiss's kappa (identity weights)",
    "fleiss_quadratic": "Fleiss's kappa (quadratic weights)",
    "ac1": "Gwet's AC1 (identity weights)",
    "ac2_quadratic": "Gwet's AC2 (quadratic weights)",
}
TYPES = {"alpha": "kappa-type", "fleiss": "kappa-type", "ac1": "AC-type", "ac2": "AC-type"}
ICC = (
    "ICC(1,1): raters differ from item to item",
    "ICC(2,1): raters are a sample",
    "ICC(3,1): these raters only",
)
REPLICATES, PAIR_REPLICATES = 500, 200
# Weights that differ by less are equal but for rounding.
MIN_UNEQUAL = 1e-9
Figures = dict[str, tuple[Estimate, Estimate | None]]


def agreement_tables(archive: Archive, items: list[Item]) -> Tables:
    """Every table of the report that rests on grades."""
    sampled = [item for item in items if item.kind == "sampled"]
    specialties = {row["rater"]: row["specialty"] for row in archive.table("raters")}
    judged = {one: judgements(one, sampled, specialties) for one in criteria(archive)}
    ratings = {one: as_ratings(rows, one.scale) for one, rows in judged.items()}
    figures = {
        one: agreement(
            of.unweighted(), COEFFICIENTS[one.kind], replicates=REPLICATES, over_raters=True
        )
        for one, of in ratings.items()
    }
    weighted = {
        one: agreement(of, COEFFICIENTS[one.kind], replicates=REPLICATES)
        for one, of in ratings.items()
        if of.units and np.ptp(of.weight) > MIN_UNEQUAL
    }
    by_code = {one.code: ratings[one] for one in ratings}
    tables: dict[str, list[Row]] = {
        "criteria": _summary(ratings, figures, 0),
        **({"criteria_weighted": _summary(ratings, weighted, 0)} if weighted else {}),
        "criteria_raters": _summary(ratings, figures, 1),
        **{
            f"level_{level.replace(' ', '_')}": _details(ratings, figures, weighted, level)
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
    tables |= retest_tables(items)
    tables["controls"] = control_rows(items)
    return {(REPORT, key): rows for key, rows in tables.items()}


def _most_frequent(ratings: Ratings) -> str:
    counted = Counter(ratings.category.tolist())
    if not counted:
        return ""
    category, times = counted.most_common(1)[0]
    name = str(ratings.scale[category]).replace("_", " ")
    return f"{name}, {times / counted.total() * 100:,.1f} %"


def _summary(
    ratings: dict[Criterion, Ratings], figures: dict[Criterion, Figures], which: int
) -> list[Row]:
    rows: list[Row] = []
    for one, of in ratings.items():
        if one not in figures:
            continue
        percent, kappa, ac = COEFFICIENTS[one.kind][:3]
        rows.append(
            {
                "criterion": one.title,
                "level": one.level,
                "commonest": _most_frequent(of),
                "percent": figures[one][percent][which],
                "kappa_name": TITLES[kappa],
                "kappa": figures[one][kappa][which],
                "ac_name": TITLES[ac],
                "ac": figures[one][ac][which],
            }
        )
    return rows


def _first_three(one: Criterion, figures: Figures, which: int) -> Row:
    names = COEFFICIENTS[one.kind][:3]
    columns = ("percent", "kappa", "ac")
    return {key: figures[name][which] for key, name in zip(columns, names, strict=True)}


def _details(
    ratings: dict[Criterion, Ratings],
    figures: dict[Criterion, Figures],
    weighted: dict[Criterion, Figures],
    level: str,
) -> list[Row]:
    rows: list[Row] = []
    of_level = [one for one in ratings if one.level == level]
    for one in of_level:
        rows += [
            _detail(one, TITLES[name], TYPES.get(name.partition("_")[0], ""), *pair)
            for name, pair in figures[one].items()
        ]
        if one.kind == "scale":
            correlations = zip(ICC, intraclass(ratings[one]), strict=True)
            rows += [_detail(one, title, "ICC", figure, None) for title, figure in correlations]
    if not any(one in weighted for one in of_level):
        return rows
    name_of = {title: name for name, title in TITLES.items()}
    by_title = {one.title: weighted.get(one, {}) for one in of_level}
    for row in rows:
        of_row = by_title[str(row["criterion"])].get(name_of.get(str(row["coefficient"]), ""))
        row["weighted"] = of_row[0] if of_row else None
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
            ratings = as_ratings(inside, one.scale).unweighted()
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
