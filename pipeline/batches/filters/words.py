"""Figures and findings of an evaluation in words: what may be said, and what may not."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.batches.filters.breakdown import Breakdown
from pipeline.batches.filters.discrimination import PlaceboReport
from pipeline.batches.filters.readers import ContrastReport, ReaderReport, ReadingLine
from pipeline.core.features import Contrast
from pipeline.core.records import ReadingKind
from pipeline.statistics.discrimination import Comparison, Discrimination
from pipeline.statistics.estimate import SMALL_CELL, Estimate
from pipeline.statistics.intervals import proportion

NONE = "—"
FEW = f"fewer than {SMALL_CELL}"


@dataclass(frozen=True)
class Figure:
    """A cell: the figure, its interval, and a note (why there is none, or what it means)."""

    text: str
    interval: str = ""
    note: str = ""

    def __str__(self) -> str:
        return f"{self.text} ({self.interval})" if self.interval else self.text


def count(number: int) -> Figure:
    return Figure(f"{number:,}")


def share(number: int, total: int) -> Estimate:
    """A share of independent items."""
    return proportion(number, total)


def percent(estimate: Estimate) -> Figure:
    """ "66.7 %", its interval in percent."""
    return _figure(estimate, "{:.1f} %", "{:.1f}", 100)


def points(estimate: Estimate) -> Figure:
    """A difference of shares in percentage points, with its sign."""
    return _figure(estimate, "{:+.1f}", "{:+.1f}", 100)


def ratio(estimate: Estimate) -> Figure:
    return _figure(estimate, "{:.2f}", "{:.2f}", 1)


def _figure(estimate: Estimate, form: str, ends: str, factor: int) -> Figure:
    if estimate.value is None:
        return Figure(NONE, note=estimate.reason)
    text = form.format(estimate.value * factor)
    if estimate.low is None or estimate.high is None:
        return Figure(text, note=estimate.reason)
    low, high = (ends.format(end * factor) for end in (estimate.low, estimate.high))
    return Figure(text, f"{low} to {high}", FEW if estimate.caution else "")


def of_breakdown(found: Breakdown) -> list[str]:
    """What the counts of kept traces alone do not tell."""
    return list(_of_breakdown(found))


def _of_breakdown(found: Breakdown) -> Iterator[str]:
    if found.answers:
        yield (
            "Filters that keep one answer and hardly another select by the answer, not by the "
            "quality of the chain of thought."
        )
    if found.ends_at_explanation:
        yield (
            f"The paths of {found.ends_at_explanation:,} of {_counted(found.made, 'made trace')} "
            f"end only at entities of the source's explanation, {found.kept_at_explanation:,} of "
            "them kept: the answer itself names nothing in the graph."
        )
    if found.unmasked:
        yield (
            f"In {found.unmasked:,} of {_counted(found.made, 'made trace')} the second reader saw "
            "what gives an option away, since it could not be masked: its answer shows nothing."
        )


def of_placebo(report: PlaceboReport) -> list[str]:
    """What a placebo is, what was found, and what follows for the filters' verdict."""
    return list(_of_placebo(report))


def _of_placebo(report: PlaceboReport) -> Iterator[str]:
    yield (
        f"For {_counted(report.questions, 'question')} the method also ran with a wrong option in "
        "the place of the answer key: once with one drawn at random, once with the one nearest to "
        "the key. Filters that keep both alike say nothing of quality."
    )
    if report.open:
        yield f"Not compared, since one of the two is not settled: {report.open:,}."
    found = report.by_kind["together"].kept_of_made
    if not found.trials:
        yield "No question has both chains of thought: nothing can be said of the filters."
        return
    yield (
        f"Where both chains of thought were made ({_counted(found.trials, 'pair')}), the filters "
        f"keep {_plain(percent(found.right))} of those towards the answer key and "
        f"{_plain(percent(found.wrong))} of those towards a wrong option."
    )
    yield finding(found)
    yield _of_knowledge(report.by_kind["together"])


def _of_knowledge(found: Discrimination) -> str:
    """How much of the difference is what the second reader knows without reading."""
    alone, gain = found.reader_alone, found.gain
    if not alone.trials:
        return (
            "Part of a difference is what the second reader knows without reading the chain of "
            "thought. The check without_cot measures how much: it was not run here."
        )
    said = (
        "From the question alone the second reader chooses the answer key in "
        f"{_plain(percent(alone.right))}, and the wrong option in {_plain(percent(alone.wrong))}: "
        f"to that difference the filters add {points(gain).text} percentage points"
    )
    if gain.low is None or gain.high is None:
        return f"{said} ({gain.reason})."
    said = f"{said} ({points(gain).interval})."
    if gain.low > 0 or (found.kept_of_made.difference.low or 0) <= 0:
        return said
    return (
        f"{said} What they tell apart may be what the reader knows, and not what the chain of "
        "thought shows."
    )


def finding(found: Comparison) -> str:
    """What the difference between kept right and kept wrong allows one to say."""
    difference = found.difference
    if difference.low is None or difference.high is None:
        return (
            f"There is no interval of the difference ({difference.reason}): "
            "add questions with placebos."
        )
    interval = f"{difference.low * 100:+.1f} to {difference.high * 100:+.1f} percentage points"
    if difference.high < 0:
        return (
            f"They keep wrong ones more often (difference {interval}): their verdict must not be "
            "taken for quality."
        )
    if difference.low <= 0:
        return (
            f"That does not show that the filters tell right from wrong (difference {interval}): "
            "as far as this batch shows, what they discard says nothing of quality."
        )
    return (
        f"They tell right from wrong to this extent (difference {interval}): a chain towards the "
        f"answer key is kept {_times(found.ratio)} as often as one towards a wrong option"
        f"{_discards(found)}."
    )


def _discards(found: Comparison) -> str:
    """How much more often a wrong chain is discarded than a right one."""
    right, wrong = found.right.value, found.wrong.value
    if right is None or wrong is None or right == 1:
        return ""
    return f", and a wrong one is discarded {(1 - wrong) / (1 - right):.2f} times as often"


def of_readers(report: ReaderReport) -> list[str]:
    """What the chain of thought adds to a reader who could have answered without it."""
    wanted = (ReadingKind.WITHOUT_COT, ReadingKind.OTHER_COT)
    said = [_gain(line) for line in report.lines if line.kind in wanted and line.read]
    return [
        "Kept is worth something only above what a reader reaches without the chain of thought, "
        "or with one that has nothing to do with the question. What a chain of thought adds shows "
        "that it leads the reader to its end, not that the end is right: a placebo shows that.",
        *said,
    ]


def _gain(line: ReadingLine) -> str:
    what = {
        ReadingKind.WITHOUT_COT: "Without any chain of thought",
        ReadingKind.OTHER_COT: "With another question's chain of thought",
    }[line.kind]
    gain = points(line.difference)
    said = (
        f"{what} the second reader is right on {_plain(percent(line.right))} of "
        f"{_counted(line.read, 'trace')}, with its own on {_plain(percent(line.right_with_cot))}: "
        f"its own adds {gain.text} percentage points"
    )
    if line.difference.low is None or line.difference.high is None:
        return f"{said} ({line.difference.reason})."
    shown = "" if line.difference.low > 0 else ", which cannot be told from no gain"
    return f"{said} ({gain.interval}){shown}."


def of_contrast(report: ContrastReport) -> list[str]:
    """Whether the key's chain is better supported than one for a near distractor."""
    if not report.compared:
        return ["No rival could be compared: nothing can be said."]
    won, split = report.outcomes[Contrast.KEY], report.outcomes[Contrast.SPLIT]
    return [
        "Of the rivals compared, the chain of thought towards the answer key wins in both orders "
        f"against {_plain(percent(won))}. A reader who chose at random would prefer it in both "
        "orders against 25 %.",
        f"With {_plain(percent(split))} of them the choice changed with the order in which the two "
        "were shown, so it does not show which is better supported.",
    ]


def _plain(figure: Figure) -> str:
    return f"{figure.text} ({figure.interval})" if figure.interval else figure.text


def _times(estimate: Estimate) -> str:
    figure = ratio(estimate)
    return f"{figure.text} times ({figure.interval})" if figure.interval else "more"


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"
