"""An evaluation's figures as rows of words, for its page."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.benchmarks.scoring.scores import Scores
from pipeline.evaluations.text import interval_text, percent, share_text
from pipeline.statistics.estimate import Estimate


@dataclass(frozen=True)
class FigureRow:
    """A share in percent with its interval, of so many questions; `note` is what to know of it."""

    title: str
    value: str
    interval: str = ""
    questions: int | None = None
    note: str = ""


def accuracy_rows(scores: Scores) -> Iterator[FigureRow]:
    """The accuracy three ways, and what choosing at random would reach."""
    found = scores.accuracy
    yield figure_row("Unread counted as wrong", found.headline, "the headline")
    yield figure_row("Of those read", found.where_read, "a model that seldom answers gains here")
    yield figure_row("If all unread were right", found.highest, "the most it can be")
    if found.chance is not None:
        yield FigureRow("Choosing at random", percent(found.chance), questions=found.questions)


def order_rows(scores: Scores) -> Iterator[FigureRow]:
    """The mean over orders, and whether answers follow the letter or the content."""
    following = scores.letter_following
    random, neither = following.random_letter, following.random_neither
    over = scores.over_orders
    yield figure_row(f"Accuracy, mean over {over.orders} orders", over.accuracy)
    yield figure_row("The letter stays, the content changes", following.letter, _at_random(random))
    yield figure_row("The content stays, the letter changes", following.content, _at_random(random))
    yield figure_row("Neither stays", following.neither, _at_random(neither))


def figure_row(title: str, estimate: Estimate, note: str = "") -> FigureRow:
    """A row of one estimate; what is to be said of few questions goes with it."""
    notes = "; ".join(filter(None, (note, estimate.caution)))
    return FigureRow(title, share_text(estimate), interval_text(estimate), estimate.n, notes)


def _at_random(share: float | None) -> str:
    return "" if share is None else f"at random {percent(share)}"
