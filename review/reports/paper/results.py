"""Results: numbers, raters, and every estimate with its interval or the reason for its absence."""

from collections.abc import Callable, Iterator, Mapping

from pipeline.statistics.estimate import FEW_RATERS, Estimate
from review.reports.document import Report
from review.reports.facts import Facts
from review.reports.paper.methods import counted, rater_count
from review.reports.paper.words import Cells, Figures, Paragraph, listed

Reports = Callable[[str], Report]
MAIN = ("Precision", "Coherence", "Decision")


def results(facts: Facts, reports: Reports, figures: Figures) -> Iterator[Paragraph]:
    """Items 11 to 13 of the guideline."""
    yield Paragraph(11, "Ratings", tuple(_numbers(facts, figures)))
    yield Paragraph(12, "Characteristics of raters", tuple(_characteristics(facts, figures)))
    quality, filters = Cells(reports("quality")), Cells(reports("filters"))
    agreement = Cells(reports("agreement"))
    yield Paragraph(13, "Share acceptable", tuple(_acceptable(facts, quality, figures)))
    yield Paragraph(13, "Filters", tuple(_filters(filters, figures)))
    yield Paragraph(13, "Agreement", tuple(_agreement(facts, agreement, figures)))
    yield Paragraph(13, "Test-retest reliability", tuple(_retest(agreement, figures)))


def _numbers(facts: Facts, figures: Figures) -> Iterator[str]:
    grades = [grade for item in facts.items for grade in item.independent]
    if not grades:
        yield "No grade has been submitted yet."
        return
    rated = sum(bool(item.independent) for item in facts.items)
    twice = sum(len(item.independent) > 1 for item in facts.items)
    raters = figures.count("raters who graded", rater_count(facts), "rater")
    yield (
        f"{raters} submitted {figures.count('grades', len(grades), 'independent grade')} of "
        f"{figures.count('items rated', rated, 'sampled item')}, of which "
        f"{figures.number('items rated twice', twice)} were graded by two or more raters."
    )
    unjudged = sum(grade.rating is None for grade in grades)
    if unjudged:
        times = figures.count("cannot judge", unjudged, "grade")
        yield f"In {times} the rater could not judge the item."
    for name, purpose, items in (
        ("repeated", "test-retest reliability", facts.repeats),
        ("control", "to check the raters", facts.controls),
        ("placebo", "to test the filters", facts.placebos),
    ):
        count = sum(len(item.independent) for item in items)
        if count:
            grades_of = figures.count(f"{name} grades", count, "grade")
            yield f"A further {grades_of} of {name} items ({purpose}) enter no share of the batch."


def _characteristics(facts: Facts, figures: Figures) -> Iterator[str]:
    graded = {grade.rater for item in facts.items for grade in item.independent}
    panel = [rater for rater in facts.panel if rater.pseudonym in graded]
    if not panel:
        yield "The characteristics of the raters who graded are not recorded."
        return
    number = figures.count("raters described", len(panel), "rater")
    specialty = counted(figures, "specialty", (one.specialty or "not stated" for one in panel))
    seniority = counted(figures, "seniority", (one.seniority or "not stated" for one in panel))
    yield f"Of the {number} who graded, by specialty: {specialty}; by seniority: {seniority}."


def _acceptable(facts: Facts, quality: Cells, figures: Figures) -> Iterator[str]:
    waits = facts.preliminary
    if waits:
        for name in ("graded", "awaiting_adjudication", "awaiting_grade"):
            figures.number(name, getattr(waits, name))
        yield waits.text
    (whole,) = quality.rows("acceptable")
    share = whole["share"]
    yield _said(
        figures,
        "The estimated share of acceptable traces in the batch was {}.",
        "The share of acceptable traces in the batch could not be estimated ({}).",
        "share acceptable",
        share,
        place=quality.place("acceptable", 0, "share"),
    )
    assisted = quality.rows("estimators")[1]["share"]
    yield _said(
        figures,
        "The estimate assisted by the learned score was {}.",
        "There is no estimate assisted by a learned score ({}).",
        "share acceptable, assisted",
        assisted,
        place=quality.place("estimators", 1, "share"),
    )
    yield from _bounds(quality, whole, figures)
    yield from _by_source(quality, figures)


def _bounds(quality: Cells, whole: Mapping[str, object], figures: Figures) -> Iterator[str]:
    low, high, missing = whole["lowest"], whole["highest"], whole["unanswered"]
    ends = [
        _value(figures, f"share, {key}", cell, quality, key)
        for key, cell in (("lowest", low), ("highest", high))
    ]
    if missing and all(ends):
        number = figures.number(
            "unanswered", int(str(missing)), place=quality.place("acceptable", 0, "unanswered")
        )
        items = "item" if missing == 1 else "items"
        yield (
            f"If none or all of the items that are unanswered ({number} {items}) or still wait "
            f"were acceptable, the share would be {ends[0]} or {ends[1]}."
        )


def _value(figures: Figures, name: str, cell: object, quality: Cells, column: str) -> str:
    value = cell.value if isinstance(cell, Estimate) else cell
    if not isinstance(value, float):
        return ""
    return figures.number(name, value, "share", place=quality.place("acceptable", 0, column))


def _by_source(quality: Cells, figures: Figures) -> Iterator[str]:
    rows = quality.rows("by_source")
    if len(rows) < 2:
        return
    said = [
        f"{row['of']}, "
        + _said(
            figures,
            "{}",
            "not estimated ({})",
            f"share acceptable: {row['of']}",
            row["share"],
            place=quality.place("by_source", index, "share"),
        )
        for index, row in enumerate(rows)
    ]
    yield f"By source of the question: {'; '.join(said)}."


def _filters(filters: Cells, figures: Figures) -> Iterator[str]:
    undefined: dict[str, list[str]] = {}
    for index, row in enumerate(filters.rows("overall")):
        name, estimate = str(row["measure"]), row["estimate"]
        if isinstance(estimate, Estimate) and estimate.value is None:
            undefined.setdefault(estimate.reason, []).append(name.lower())
            continue
        article = f"The {name.lower()} of the filters"
        yield _said(
            figures,
            f"{article} ({row['of']}) was {{}}.",
            "",
            name,
            estimate,
            place=filters.place("overall", index, "estimate"),
        )
    for reason, names in undefined.items():
        yield f"For the filters' {listed(names)} there is no estimate ({reason})."


def _agreement(facts: Facts, agreement: Cells, figures: Figures) -> Iterator[str]:
    yield from _criteria(agreement, "criteria", "As graded", figures)
    yield from _criteria(agreement, "criteria_weighted", "Weighted to the batch", figures)
    if rater_count(facts) >= FEW_RATERS:
        yield from _criteria(agreement, "criteria_raters", "For other raters like these", figures)


def _criteria(agreement: Cells, table: str, scope: str, figures: Figures) -> Iterator[str]:
    for index, row in enumerate(agreement.rows(table)):
        title = str(row["criterion"])
        if row["level"] != "chain of thought" or not title.startswith(MAIN):
            continue
        parts = [
            f"{name} "
            + _said(
                figures,
                "{}",
                "not defined ({})",
                f"{title}, {name}, {scope}",
                row[column],
                place=agreement.place(table, index, column),
                unit=unit,
            )
            for column, name, unit in (
                ("percent", "percent agreement", "share"),
                ("kappa", str(row["kappa_name"]), "coefficient"),
                ("ac", str(row["ac_name"]), "coefficient"),
            )
        ]
        yield f"{scope}, {title.split(':')[0].lower()}: {'; '.join(parts)}."


def _retest(agreement: Cells, figures: Figures) -> Iterator[str]:
    rows = agreement.rows("retest")
    cells = [row[column] for row in rows for column in ("exact", "ac2")]
    if all(isinstance(cell, Estimate) and cell.value is None for cell in cells):
        reasons = dict.fromkeys(cell.reason for cell in cells if isinstance(cell, Estimate))
        yield f"Test-retest reliability is not defined: {'; '.join(reasons)}."
        return
    for index, row in enumerate(rows):
        title = str(row["criterion"])
        parts = [
            f"{name} "
            + _said(
                figures,
                "{}",
                "not defined ({})",
                f"test-retest, {title}, {name}",
                row[column],
                place=agreement.place("retest", index, column),
                unit=unit,
            )
            for column, name, unit in (
                ("exact", "same rating again", "share"),
                ("ac2", "Gwet's AC2 (quadratic weights)", "coefficient"),
            )
        ]
        yield f"{title}: {'; '.join(parts)}."


def _said(
    figures: Figures,
    defined: str,
    undefined: str,
    name: str,
    cell: object,
    *,
    place: object,
    unit: str = "share",
) -> str:
    """The estimate in a sentence, or the sentence that says why there is none."""
    if not isinstance(cell, Estimate):
        return undefined.format("not in the report")
    if cell.value is None:
        return undefined.format(cell.reason)
    return defined.format(figures.estimate(name, cell, unit, place=place))  # type: ignore[arg-type]
