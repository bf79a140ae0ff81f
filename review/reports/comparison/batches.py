"""Batch beside batch: paired differences on the questions that both have settled."""

import math
from collections import Counter
from collections.abc import Callable, Iterator

from pipeline.models import Batch
from pipeline.statistics.comparison import (
    mean_difference,
    mean_of_questions,
    question_share,
    share_difference,
    sign_test,
)
from pipeline.statistics.estimate import undefined
from review.reports.comparison.outcomes import Outcome
from review.reports.comparison.pairing import Paired, pair_batches
from review.reports.comparison.settings import settings_table
from review.reports.document import Cell, Column, Link, Report, Section, Table

MAX_LISTED = 200
MAX_WORDS = 80
ESTIMAND = (
    "The first batch less the second, on the questions that both have settled; each question "
    "counts once, by the mean of its samples. The intervals say how a difference would vary over "
    "other questions like these; the questions that one batch lacks are in no figure."
)
READING = (
    "Where each question has one sample, intervals of shares are Newcombe's for paired "
    "proportions, and p is McNemar's exact test. With several samples intervals are t intervals "
    "over questions, and p is the exact sign test over questions.",
    "Every measure is compared by itself: among many, one in twenty differs by chance.",
)
REPLAYS = (
    "{} calls of the first batch and {} of the second were replayed from an earlier batch. They "
    "were not sent again and count as no calls, tokens or money here."
)
SHARES: tuple[tuple[str, Callable[[Outcome], float]], ...] = (
    ("Linked to the graph", lambda one: one.linked),
    ("Made: has a chain of thought", lambda one: one.made),
    ("Kept by the filters", lambda one: one.kept),
)
SHARE_COLUMNS = (
    Column("measure", "Share of traces"),
    Column("first", "First batch", "share"),
    Column("second", "Second batch", "share"),
    Column("difference", "First less second", "share"),
    Column("first_more", "Questions where the first has more", "items"),
    Column("second_more", "Where the second has more", "items"),
    Column("p", "Exact p", "p"),
)


def batches_report(first: Batch, second: Batch) -> Report:
    """One batch beside another: settings, outcomes, reasons, effort, questions that differ."""
    paired = pair_batches(first, second)
    return Report(
        "batches",
        "Batch beside batch",
        f"{first.name} beside {second.name}",
        (
            Section("settings", "What was run", tables=(_coverage(paired), settings_table(paired))),
            Section("outcomes", "Outcomes", READING, (shares_table(paired), reasons_table(paired))),
            Section(
                "effort",
                "Calls, tokens, cost and time",
                (),
                (effort_table(paired), cost_table(paired)),
            ),
            Section("questions", "Questions where they differ", tables=(questions_table(paired),)),
        ),
        ESTIMAND,
        tuple(_cautions(paired)),
    )


def _cautions(paired: Paired) -> Iterator[str]:
    if not paired.questions:
        yield "The batches have settled no question in common: there is nothing to compare."
    for run in paired.runs:
        if run.batch.state in (Batch.State.RUNNING, Batch.State.PAUSED):
            yield f"{run.batch.name} is {run.batch.state}: its figures may change."
    kinds = {run.batch.reasoner_kind for run in paired.runs}
    if len(kinds) > 1:
        yield "The reasoners are of different kinds: a demonstration is no language model."
    replayed = [
        sum(trace.replayed for traces in run.of_question.values() for trace in traces)
        for run in paired.runs
    ]
    if any(replayed):
        yield REPLAYS.format(*(f"{count:,}" for count in replayed))


def _coverage(paired: Paired) -> Table:
    rows = [
        (
            title,
            Link(run.batch.name, "pipeline:batch", (run.batch.pk,)),
            run.questions,
            len(run.of_question),
            len(paired.questions),
            run.samples,
        )
        for title, run in zip(("First", "Second"), paired.runs, strict=True)
    ]
    columns = (
        Column("which", "Which"),
        Column("batch", "Batch"),
        Column("questions", "Questions", "items"),
        Column("settled", "Settled", "items"),
        Column("common", "Settled in both", "items"),
        Column("samples", "Samples a question, at most", "items"),
    )
    return Table("batches", "The two batches", columns, tuple(rows))


def shares_table(paired: Paired) -> Table:
    """Linked, made and kept, each with its paired difference and the exact test."""
    shown = SHARES[1:] if paired.with_imported else SHARES
    rows = tuple(_share_row(paired, title, value) for title, value in shown)
    return Table("outcomes", "Linked, made, kept", SHARE_COLUMNS, rows)


def reasons_table(paired: Paired) -> Table:
    """Why traces failed or were discarded, most frequent first."""
    counted = Counter(
        trace.said
        for run in paired.runs
        for question in paired.questions
        for trace in run.of_question[question]
        if not trace.kept
    )
    rows = tuple(
        _share_row(paired, reason, _left_for(reason)) for reason, _ in counted.most_common()
    )
    return Table(
        "reasons",
        "Why traces failed or were discarded",
        SHARE_COLUMNS,
        rows,
        "Filters that rejected one trace together stand together.",
        "Every trace was kept in both.",
    )


def _left_for(reason: str) -> Callable[[Outcome], float]:
    return lambda one: one.said == reason


def _share_row(paired: Paired, title: str, value: Callable[[Outcome], float]) -> tuple[Cell, ...]:
    first, second = paired.values(value)
    difference = share_difference(first, second)
    higher, lower, p = sign_test(first, second)
    shares = question_share(first), question_share(second)
    return (title, *shares, difference, higher, lower, p if len(first) else None)


def effort_table(paired: Paired) -> Table:
    """Calls, tokens and seconds of a trace: means, and their paired differences."""
    rows = (
        _effort_row(paired, "Calls sent", lambda one: one.calls, lambda _: True),
        _effort_row(
            paired, "Tokens", lambda one: one.tokens or 0, lambda one: one.tokens is not None
        ),
        _effort_row(
            paired, "Seconds", lambda one: one.seconds or 0, lambda one: one.seconds is not None
        ),
    )
    return _effort(paired, "effort", "Calls, tokens and seconds of a trace", "figure", rows)


def cost_table(paired: Paired) -> Table:
    """What a trace cost: means, and their paired difference; in one currency only."""
    currencies = paired.currencies
    if len(currencies) > 1:
        reason = undefined(f"calls were paid in {', '.join(currencies)}")
        row: tuple[Cell, ...] = ("Cost", reason, reason, reason, None)
    else:
        row = _effort_row(
            paired, "Cost", lambda one: float(one.cost or 0), lambda one: one.cost is not None
        )
    unit = currencies[0] if len(currencies) == 1 else "figure"
    return _effort(paired, "cost", "Cost of a trace", unit, (row,))


def _effort(
    paired: Paired, key: str, title: str, unit: str, rows: tuple[tuple[Cell, ...], ...]
) -> Table:
    columns = (
        Column("measure", "On average"),
        Column("first", "First batch", unit),
        Column("second", "Second batch", unit),
        Column("difference", "First less second", unit),
        Column("left_out", "Questions left out: unknown", "items"),
    )
    note = (
        "t intervals over questions. Only the calls of the trace that stands: those of attempts "
        "that were made again are in the batch's own costs."
    )
    empty = "What an imported batch took is not known here."
    return Table(key, title, columns, () if paired.with_imported else rows, note, empty)


def _effort_row(
    paired: Paired, title: str, value: Callable[[Outcome], float], known: Callable[[Outcome], bool]
) -> tuple[Cell, ...]:
    asked = paired.where_known(known)
    first, second = paired.values(value, asked)
    return (
        title,
        mean_of_questions(first).within(0.0, math.inf),
        mean_of_questions(second).within(0.0, math.inf),
        mean_difference(first, second),
        len(paired.questions) - len(asked),
    )


def questions_table(paired: Paired) -> Table:
    """Questions whose outcome differs, with links to the traces: the first MAX_LISTED."""
    differ = [
        question
        for question in paired.questions
        if Counter(one.said for one in paired.first.of_question[question])
        != Counter(one.said for one in paired.second.of_question[question])
    ]
    rows = tuple(_question_row(paired, question) for question in differ[:MAX_LISTED])
    shown = f" The first {MAX_LISTED} are listed." if len(differ) > MAX_LISTED else ""
    columns = (
        Column("question", "Question"),
        Column("first", "First batch"),
        Column("first_trace", "Its trace"),
        Column("second", "Second batch"),
        Column("second_trace", "Its trace"),
    )
    note = f"{len(differ):,} of {len(paired.questions):,} questions ended differently.{shown}"
    return Table(
        "questions", "Questions that ended differently", columns, rows, note, "None differs."
    )


def _question_row(paired: Paired, question: str) -> tuple[Cell, ...]:
    text = paired.first.texts[question]
    short = text if len(text) <= MAX_WORDS else f"{text[: MAX_WORDS - 1].rstrip()}…"
    cells: list[Cell] = [short]
    for run in paired.runs:
        traces = run.of_question[question]
        cells.append("; ".join(one.said for one in traces))
        first = next((one for one in traces if not one.kept), traces[0])
        cells.append(Link("Open", "pipeline:trace", (first.trace,)))
    return tuple(cells)
