"""Pairs of evaluations on the same questions: the difference, the exact test, and both in words."""

from collections.abc import Iterator

from pipeline.benchmarks.scoring.comparison import Comparison
from review.reports.document import Cell, Column, Section, Table
from review.reports.evaluation.facts import EvaluationFacts
from review.reports.wording import format_number

ALPHA = 0.05
MANY = 10
# No spreadsheet takes it for the beginning of a formula.
MINUS = "\N{MINUS SIGN}"
ALONE = "There is one evaluation: a second one on the same questions is compared with it."
READING = (
    "Two evaluations on the same questions are compared question by question; whether the "
    "intervals of two accuracies overlap says nothing about their difference. What was not read "
    "counts as wrong.",
    "p is that of the exact test. With Holm's correction the chance of one or more false "
    "differences among all the pairs shown is held: choosing fewer evaluations changes it, so "
    "choose them before looking.",
)
ALL_PAIRS = "All pairs are shown."
WITH_ONE = (
    "Each evaluation is compared with {}. That holds only if this one was chosen before its "
    "result was known."
)


def pairs_section(facts: EvaluationFacts) -> Section:
    """Each pair in words, in figures and in detail; a sentence where there is no pair."""
    if not facts.pairs:
        return Section("pairs", "Pairs", (ALONE,))
    shown = ALL_PAIRS if facts.baseline is None else WITH_ONE.format(facts.baseline.quoted)
    tables: tuple[Table, ...] = (words_table(facts), pairs_table(facts), details_table(facts))
    if facts.baseline is None and len(facts.pairs) > MANY:
        tables = (matrix(facts), *tables)
    return Section("pairs", "Pairs", (*READING, shown), tables)


def matrix(facts: EvaluationFacts) -> Table:
    """Every difference at one glance: row less column, in percentage points."""
    names = [one.name for one in facts.evaluated]
    found = {(pair.first, pair.second): _short(pair) for pair in facts.pairs}
    found |= {(pair.second, pair.first): _short(pair, sign=-1) for pair in facts.pairs}
    columns = (
        Column("evaluation", "Row less column"),
        *(Column(f"column_{number}", f"{number}") for number in range(1, len(names) + 1)),
    )
    rows = tuple(
        (f"{number}. {name}", *(found.get((name, other)) for other in names))
        for number, name in enumerate(names, 1)
    )
    note = (
        "Percentage points; columns are numbered as rows are. * marks what chance alone does not "
        "explain at the 5 % level after Holm's correction. Intervals and counts stand below."
    )
    return Table("pairs_matrix", "All pairs at a glance", columns, rows, note)


def words_table(facts: EvaluationFacts) -> Table:
    """A sentence or two for each pair."""
    columns = (Column("pair", "Pair"), Column("words", "In words"))
    rows = tuple((_title(pair), in_words(pair)) for pair in facts.pairs)
    return Table("pairs_in_words", "The pairs in words", columns, rows, folded=len(rows) > MANY)


def pairs_table(facts: EvaluationFacts) -> Table:
    """The difference of each pair with its interval, the counts behind it, and the test."""
    columns = (
        Column("first", "First"),
        Column("second", "Second"),
        Column("difference", "First less second", "share"),
        Column("only_first", "Questions where the first is higher", "items"),
        Column("only_second", "Where the second is higher", "items"),
        Column("p", "Exact p", "p"),
        Column("p_holm", "p after Holm", "p"),
    )
    rows = tuple(map(_figures, facts.pairs))
    return Table("pairs", "The pairs in figures", columns, rows, folded=len(rows) > MANY)


def details_table(facts: EvaluationFacts) -> Table:
    """How each difference was worked out, and what it is by other means."""
    columns = (
        Column("first", "First"),
        Column("second", "Second"),
        Column("questions", "Questions of both", "items"),
        Column("left_out", "Asked in one only", "items"),
        Column("where_read", "Difference where both were read", "share"),
        Column("bootstrap", "With the bootstrap's interval", "share"),
        Column("method", "Interval of the difference"),
        Column("test", "Test"),
        Column("tests", "Tests corrected for", "items"),
    )
    note = (
        "How far the difference where both have a letter lies from that of all questions is how "
        "much comes from outputs that were not read."
    )
    rows = tuple(map(_details, facts.pairs))
    return Table("pair_details", "How they were compared", columns, rows, note, folded=True)


def in_words(pair: Comparison) -> str:
    """What a pair shows, for someone who reads no tables of statistics."""
    return " ".join(_sentences(pair))


def _sentences(pair: Comparison) -> Iterator[str]:
    found = pair.difference
    if found.value is None:
        yield f"The two cannot be compared: {found.reason}."
        return
    yield f"Of the same {_questions(pair.questions)}, {_lead(pair)}."
    yield (
        f'"{pair.first}" does better on {_questions(pair.only_first)}, "{pair.second}" on '
        f"{pair.only_second:,}."
    )
    yield _verdict(pair)


def _lead(pair: Comparison) -> str:
    """Who is ahead and by how much; the interval is turned to the side of who is."""
    value, low, high = pair.difference.value or 0.0, pair.difference.low, pair.difference.high
    ahead, behind = (pair.first, pair.second) if value >= 0 else (pair.second, pair.first)
    said = (
        f'"{ahead}" answers {_points(abs(value))} percentage points more rightly than "{behind}"'
        if value
        else f'"{ahead}" and "{behind}" answer equally many rightly'
    )
    if low is None or high is None:
        return f"{said} ({pair.difference.reason})"
    ends = (low, high) if value >= 0 else (-high, -low)
    return f"{said} (95 % interval of the difference {_points(ends[0])} to {_points(ends[1])})"


def _verdict(pair: Comparison) -> str:
    if pair.p is None or pair.p_holm is None:
        return "There is no test."
    test = f"{pair.test}, p {_p(pair.p)}"
    if pair.tests > 1:
        test += f"; corrected for {pair.tests:,} pairs p {_p(pair.p_holm)}"
    if pair.p_holm < ALPHA:
        return f"Chance alone does not explain this at the 5 % level ({test})."
    return f"This can be chance ({test}); that they are equally good is not shown either."


def _short(pair: Comparison, *, sign: int = 1) -> str | None:
    """ "4.2*" where chance alone does not explain it."""
    value = pair.difference.value
    if value is None:
        return None
    marked = "*" if pair.p_holm is not None and pair.p_holm < ALPHA else ""
    shown = f"{100 * abs(value):.1f}"
    is_less = sign * value < 0 and float(shown) > 0
    return f"{MINUS if is_less else ''}{shown}{marked}"


def _points(share: float) -> str:
    return format_number(share, "share").removesuffix(" %")


def _p(value: float) -> str:
    shown = format_number(value, "p")
    return shown if shown.startswith("<") else f"= {shown}"


def _questions(count: int) -> str:
    return f"{count:,} question{'' if count == 1 else 's'}"


def _title(pair: Comparison) -> str:
    return f"{pair.first} against {pair.second}"


def _figures(pair: Comparison) -> tuple[Cell, ...]:
    return (
        pair.first,
        pair.second,
        pair.difference,
        pair.only_first,
        pair.only_second,
        pair.p,
        pair.p_holm,
    )


def _details(pair: Comparison) -> tuple[Cell, ...]:
    return (
        pair.first,
        pair.second,
        pair.questions,
        pair.left_out,
        pair.where_read,
        pair.bootstrap,
        pair.method,
        pair.test,
        pair.tests,
    )
