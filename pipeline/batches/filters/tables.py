"""What the filters are worth as tables and sentences: for the batch's page and for `replicate`."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.batches.filters import words
from pipeline.batches.filters.breakdown import Breakdown, breakdown_of
from pipeline.batches.filters.discrimination import COMPARED, PlaceboReport, placebo_report
from pipeline.batches.filters.readers import (
    ContrastReport,
    ReaderReport,
    checks_asked,
    contrast_report,
    made_traces,
    reader_report,
)
from pipeline.batches.filters.words import FEW, Figure, count, percent, points, ratio
from pipeline.core.records import ReadingKind
from pipeline.models import Batch
from pipeline.statistics.discrimination import Comparison

INTERVALS = f"95 % intervals; of {FEW} items they are not to be trusted."
KINDS = {"random": "a random one", "nearest": "the nearest one", "together": "both"}
READINGS = {
    ReadingKind.WITHOUT_COT: "without a chain of thought",
    ReadingKind.OTHER_COT: "with another question's chain of thought",
    ReadingKind.PERMUTED: "with the options in another order",
    ReadingKind.OTHER_READER: "by the reasoner",
}


@dataclass(frozen=True)
class Table:
    """A table in words: the first cell of a row names it. `folded`: shown on request."""

    key: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Figure, ...], ...]
    note: str = ""
    folded: bool = False

    @property
    def named_rows(self) -> list[list[tuple[str, Figure]]]:
        """Each row's cells with the columns that they stand in."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Evaluation:
    """What is measured of the filters of some batches; a part is None where nothing of it was."""

    breakdown: Breakdown
    placebo: PlaceboReport | None
    readers: ReaderReport | None
    contrast: ContrastReport | None

    @property
    def sections(self) -> list["Section"]:
        """Each part that there is, in words."""
        return list(self._sections())

    @property
    def plain(self) -> dict[str, Any]:
        """Every figure with its interval, for JSON."""
        return asdict(self)

    def _sections(self) -> Iterator["Section"]:
        if self.breakdown.is_worth_showing:
            yield _breakdown_section(self.breakdown)
        if self.placebo:
            yield _placebo_section(self.placebo)
        if self.readers:
            yield _readers_section(self.readers)
        if self.contrast:
            yield _contrast_section(self.contrast)


@dataclass(frozen=True)
class Section:
    """One part of an evaluation: what may be said, and the figures."""

    key: str
    title: str
    sentences: list[str]
    tables: list[Table]


def _breakdown_section(found: Breakdown) -> Section:
    tables = [answers_table(found)] if found.answers else []
    return Section("kept", "Kept, counted apart", words.of_breakdown(found), tables)


def _placebo_section(report: PlaceboReport) -> Section:
    tables = list(placebo_tables(report))
    return Section("placebo", "Placebo", words.of_placebo(report), tables)


def _readers_section(report: ReaderReport) -> Section:
    title = "Second reader, with and without the chain of thought"
    return Section("readers", title, words.of_readers(report), [readers_table(report)])


def _contrast_section(report: ContrastReport) -> Section:
    return Section("contrast", "Contrast", words.of_contrast(report), [contrast_table(report)])


def evaluate(batches: Sequence[Batch]) -> Evaluation:
    """Everything that is measured of the filters of these batches, counted together."""
    traces = made_traces(batches) if checks_asked(batches) else []
    return Evaluation(
        breakdown_of(batches),
        placebo_report(batches),
        reader_report(traces),
        contrast_report(traces),
    )


def answers_table(found: Breakdown) -> Table:
    """Kept by the answer key, where keys are a few stances."""
    rows = (
        (
            Figure(line.answer),
            count(line.settled),
            count(line.made),
            count(line.kept),
            percent(words.share(line.kept, line.made)),
        )
        for line in found.answers
    )
    return Table(
        "answers",
        "Kept by answer key",
        ("Answer key", "Traces settled", "Made", "Kept", "Kept of those made"),
        tuple(rows),
        INTERVALS,
    )


def placebo_tables(report: PlaceboReport) -> Iterator[Table]:
    """Made and kept by kind of wrong option, then each filter alone."""
    comparison = ("Pairs", "Towards the answer key", "Towards a wrong option")
    worth = ("Difference", "Likelihood ratio")
    rows = (
        (Figure(f"{KINDS[kind]}: {what}"), *_compared(compared))
        for kind in COMPARED
        for what, compared in (
            ("made", report.by_kind[kind].made),
            ("kept", report.by_kind[kind].kept),
            ("kept, where both were made", report.by_kind[kind].kept_of_made),
        )
    )
    yield Table(
        "placebo",
        "Chains of thought towards the answer key and towards a wrong option",
        ("Wrong option", *comparison, *worth),
        tuple(rows),
        f"{INTERVALS} Questions are compared with themselves; the difference is in percentage "
        "points. A run towards the answer key that stands in two pairs counts once in its share.",
    )
    for kind in ("together", "random", "nearest"):
        yield Table(
            f"filters-{kind}",
            f"Each filter alone, wrong option: {KINDS[kind]}",
            ("Filter", "Rejects", *comparison, *worth),
            tuple(_filter_rows(report, kind)),
            "Shares that pass, of the pairs of which both chains of thought were made and the "
            "filter looked at both.",
            folded=kind != "together",
        )


def _filter_rows(report: PlaceboReport, kind: str) -> Iterator[tuple[Figure, ...]]:
    found = report.by_kind[kind]
    for each in found.filters:
        rejects = "yes" if each.name in report.deciding else "no"
        yield (Figure(each.name.replace("_", " ")), Figure(rejects), *_compared(each))
    alone = found.reader_alone
    if alone.trials:
        name = "the second reader without the chain of thought"
        yield (Figure(name), Figure("no"), *_compared(alone))
    yield (Figure("all that reject"), Figure("yes"), *_compared(found.kept_of_made))


def _compared(each: Comparison) -> tuple[Figure, ...]:
    return (
        count(each.trials),
        percent(each.right),
        percent(each.wrong),
        points(each.difference),
        ratio(each.ratio),
    )


def readers_table(report: ReaderReport) -> Table:
    """The second reader's answers: from the chain of thought, and without what makes it up."""
    none = Figure(words.NONE)
    own = (
        Figure("with its own chain of thought"),
        count(report.made),
        percent(report.with_cot),
        none,
        none,
        none,
    )
    lines = (
        (
            Figure(READINGS[line.kind]),
            count(line.read),
            percent(line.right),
            percent(line.right_with_cot),
            points(line.difference),
            count(line.failed),
        )
        for line in report.lines
    )
    return Table(
        "readers",
        "How often the answer key is reached",
        (
            *("Read", "Traces", "Right", "Right with its own, same traces", "Difference"),
            "Failed readings",
        ),
        (own, *lines),
        f"{INTERVALS} The difference, in percentage points, is what its own chain of thought "
        "adds on the same traces. Failed readings are in no share.",
    )


def contrast_table(report: ContrastReport) -> Table:
    """Rivals by how the comparison ended, and by reason those that could not be compared."""
    none = Figure(words.NONE)
    outcomes = (
        (Figure(str(outcome)), count(round((share.value or 0) * share.n)), percent(share))
        for outcome, share in report.outcomes.items()
    )
    missing = (
        (Figure(f"not compared: {reason.replace('_', ' ') or 'no reason'}"), count(n), none)
        for reason, n in report.missing
    )
    return Table(
        "contrast",
        "The chain towards the answer key against chains towards the nearest wrong options",
        ("Outcome", "Rivals", "Share of those compared"),
        (*outcomes, *missing),
        INTERVALS,
    )
