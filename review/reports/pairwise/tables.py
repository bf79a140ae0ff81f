"""The tables of the pairwise report."""

from collections import Counter
from collections.abc import Iterable

from pipeline.statistics.agreement.coefficients import agreement
from review.models import Grade, Item, Study
from review.reports.document import Cell, Column, Link, Table
from review.reports.pairwise.comparisons import (
    TITLES,
    Comparison,
    Comparisons,
    chosen_left,
    share_preferred,
)
from review.reports.wording import with_plot

COEFFICIENTS = {
    "percent": "Same choice",
    "alpha_ordinal": "Krippendorff's alpha (ordinal)",
    "ac2_ordinal": "Gwet's AC2 (ordinal weights)",
}
NO_JUDGEMENT = "No pair has been judged yet."
MODEL = (
    "By the model of Bradley and Terry with ties as Davidson (1970) extends it, fitted to all "
    "batches at once. Intervals: 95 %, on the log odds, with the standard error of 1,000 resamples "
    "of whole questions; the last column resamples raters too."
)
CRITERION, BATCH, OTHER = (
    Column("criterion", "Criterion"),
    Column("batch", "Batch"),
    Column("other", "Beside"),
)


def chances_table(facts: Comparisons) -> Table:
    """How likely a rater who prefers one prefers that of the first batch, by the model."""
    place = {batch: number for number, batch in enumerate(facts.names)}
    rows: list[tuple[Cell, ...]] = []
    for criterion, title in TITLES.items():
        fitted = facts.preferences[criterion]
        for first, second in facts.pairs:
            i, j = place[first], place[second]
            over = f"{title}: {facts.names[first]} over {facts.names[second]}"
            rows.append((over, fitted.chance[i][j], fitted.across[i][j]))
    columns = (
        Column("comparison", "Preferred"),
        Column("chance", "Chance, of those who prefer one", "share"),
        Column("across", "For other raters like these too", "share"),
    )
    title = "The chance that one is preferred over another"
    table = Table("chances", title, columns, tuple(rows), MODEL, NO_JUDGEMENT)
    if not rows:
        return table
    covers = "Intervals cover other questions like these."
    return with_plot(table, "intervals", "comparison", ("chance",), covers=covers, reference=0.5)


def counts_table(facts: Comparisons) -> Table:
    """Preferences and ties as they were given, between every two batches."""
    rows: list[tuple[Cell, ...]] = []
    for criterion, title in TITLES.items():
        for pair in facts.pairs:
            of_pair = facts.of_pair(pair)
            counted = Counter(row.chosen[criterion] for row in of_pair)
            counts = (counted["first"], counted["tie"], counted["second"])
            names = (facts.names[pair[0]], facts.names[pair[1]])
            rows.append((title, *names, *counts, share_preferred(of_pair, criterion)))
    columns = (
        *(CRITERION, BATCH, OTHER),
        Column("preferred", "Preferred", "items"),
        Column("ties", "Ties", "items"),
        Column("not_preferred", "The other preferred", "items"),
        Column("share", "Share preferred, ties as half", "share"),
    )
    note = "Judgements, not pairs. Interval: Student's t over questions."
    title = "Preferences and ties as they were given"
    return Table("counts", title, columns, tuple(rows), note, NO_JUDGEMENT)


def strengths_table(facts: Comparisons) -> Table:
    """The strength of each batch, and how often equals would be a tie."""
    rows: list[tuple[Cell, ...]] = []
    for criterion, title in TITLES.items():
        fitted = facts.preferences[criterion]
        for number, name in enumerate(facts.names.values()):
            rows.append((title, name, fitted.strength[number], fitted.tie))
    columns = (
        *(CRITERION, BATCH),
        Column("strength", "Strength (logarithm, mean 0)", "coefficient"),
        Column("tie", "Tie between equals", "share"),
    )
    note = (
        "The chance of the table above is the logistic function of a difference of two strengths."
    )
    title = "Strengths by the model"
    return Table("strengths", title, columns, tuple(rows), note, NO_JUDGEMENT, folded=True)


def position_table(facts: Comparisons) -> Table:
    """A check on bias: positions are random, so neither should be preferred."""
    rows = tuple(
        (title, chosen_left(facts.judged, criterion)) for criterion, title in TITLES.items()
    )
    columns = (CRITERION, Column("left", "Preferred the left one", "share"))
    note = (
        "Among judgements that prefer one. Positions are random by pair and reviewer: a share away "
        "from 50 % is a habit of raters, and adds noise to every comparison, but favours no batch."
    )
    return Table("position", "Left or right", columns, rows if facts.judged else (), note)


def agreement_table(facts: Comparisons) -> Table:
    """How far raters of the same pair agree."""
    columns = (
        CRITERION,
        Column("percent", COEFFICIENTS["percent"], "share"),
        Column("alpha_ordinal", COEFFICIENTS["alpha_ordinal"], "coefficient"),
        Column("ac2_ordinal", COEFFICIENTS["ac2_ordinal"], "coefficient"),
    )
    rows: list[tuple[Cell, ...]] = []
    for criterion, title in TITLES.items() if facts.judged else ():
        found = agreement(facts.ratings(criterion), tuple(COEFFICIENTS), seed=facts.seed % 2**32)
        rows.append((title, *(found[name].over_questions for name in COEFFICIENTS)))
    note = (
        "Pairs judged by two raters or more. The choices are in order, with the tie between both: "
        "opposite sides disagree more than a tie beside a preference."
    )
    title = "Agreement of raters on the same pair"
    return Table("agreement", title, columns, tuple(rows), note, NO_JUDGEMENT)


def flags_table(facts: Comparisons) -> Table:
    """Safety flags by batch, among all judgements that showed it."""
    severities = [value for value in Grade.SafetyFlag.values if value]
    rows: list[tuple[Cell, ...]] = []
    for batch, name in facts.names.items():
        flags = [flag for row in facts.rows for flag in _flags_of(row, batch)]
        counted = Counter(flags)
        rows.append((name, len(flags), *(counted[value] for value in severities)))
    columns = (
        BATCH,
        Column("shown", "Judgements that showed it", "items"),
        *(Column(value, value.capitalize(), "items") for value in severities),
    )
    return Table("flags", "Safety flags by batch", columns, tuple(rows))


def _flags_of(row: Comparison, batch: int) -> Iterable[str]:
    for side, of_batch in zip(("first", "second"), row.batches, strict=True):
        if of_batch == batch:
            yield row.flags[side]


def raters_table(facts: Comparisons) -> Table:
    """What each rater did."""
    rows: list[tuple[Cell, ...]] = []
    for rater in sorted({row.rater for row in facts.rows}):
        given = [row for row in facts.rows if row.rater == rater]
        judged = [row for row in given if row.chosen]
        ties = sum(row.chosen["better"] == "tie" for row in judged)
        left = chosen_left(judged, "better")
        rows.append((rater, len(judged), ties, len(given) - len(judged), left))
    columns = (
        Column("rater", "Rater"),
        Column("judged", "Judged", "items"),
        Column("ties", "Ties (better as a whole)", "items"),
        Column("could_not", "Could not judge", "items"),
        Column("left", "Preferred the left one", "share"),
    )
    return Table("raters", "Raters", columns, tuple(rows), empty=NO_JUDGEMENT, folded=True)


def batches_table(facts: Comparisons) -> Table:
    """Which batches were compared."""
    rows = tuple(
        (Link(name, "pipeline:batch", (batch,)), facts.kinds[batch])
        for batch, name in facts.names.items()
    )
    columns = (BATCH, Column("kind", "Reasoner"))
    return Table("batches", "Batches", columns, rows, "Reviewers never learn these names.")


def drawn_table(study: Study) -> Table:
    """How many pairs there were and how many were drawn, by stratum."""
    drawn = Counter(Item.objects.filter(study=study).values_list("stratum", flat=True))
    sizes: dict[str, int] = study.design["population"]
    rows = tuple((name, size, drawn[name]) for name, size in sizes.items())
    columns = (
        Column("stratum", "Stratum"),
        Column("possible", "Possible pairs", "items"),
        Column("drawn", "Drawn", "items"),
    )
    twins = sum(study.design["twins"].values())
    note = f"Left out because both say the same in nearly the same words: {twins:,}."
    return Table("drawn", "Pairs by stratum", columns, rows, note)
