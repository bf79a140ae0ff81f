"""Accuracy three ways: what was not read counted as wrong, left out, and as bounds.

The headline counts it as wrong. A scorer that leaves it out rewards a model for not answering;
one that guesses scores its own guesses. Its n is every question asked, in all cases.
"""

from dataclasses import dataclass

from pipeline.benchmarks.scoring.outcomes import (
    NOT_ANSWERED,
    Answers,
    Outcome,
    QuestionMeans,
    question_means,
)
from pipeline.statistics.estimate import Estimate, undefined

ONE_ORDER = "every question was asked with its options as the source states them only"


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The share of questions answered rightly, under the order that the source states.

    Each question counts once, by the mean of its samples. `headline` (and `lowest`, the same):
    an item without a letter is wrong. `where_read`: only items with a letter, so its n is the
    questions that have one. `highest`: an item without a letter is right. `chance`: what
    choosing an option at random is expected to reach, None where nothing was asked.
    `not_answered` items, of which the endpoint gave nothing, are among the `unread`.
    `not_asked`: questions that have no outcome yet, or none in an imported file; they are in no
    figure.
    """

    headline: Estimate
    where_read: Estimate
    lowest: Estimate
    highest: Estimate
    questions: int
    items: int
    unread: int
    not_answered: int
    questions_unread: int
    not_asked: int
    chance: float | None
    method: str

    @property
    def cautions(self) -> tuple[str, ...]:
        """What to say beside the figure, as sentences."""
        total = self.questions + self.not_asked
        said = (
            (
                self.not_asked,
                f"{self.not_asked:,} of {total:,} questions have no outcome: they are in no "
                "figure.",
            ),
            (
                self.not_answered,
                f"There is no output for {self.not_answered:,} of {self.items:,} items: "
                "they count as wrong.",
            ),
        )
        return tuple(sentence for number, sentence in said if number)


def accuracy(answers: Answers) -> Accuracy:
    """Score the outcomes under the order that the source states."""
    stated, asked = answers.stated, answers.question_ids
    means, where_read = question_means(stated, _right), question_means(stated, _right_if_read)
    unread = sum(not outcome.is_read for outcome in stated)
    headline = _estimate(means)
    return Accuracy(
        headline=headline,
        where_read=_of_read(where_read, len(asked)),
        lowest=headline,
        highest=_estimate(question_means(stated, _right_or_unread)),
        questions=len(asked),
        items=len(stated),
        unread=unread,
        not_answered=sum(outcome.stage == NOT_ANSWERED for outcome in stated),
        questions_unread=len(asked) - len(where_read.values),
        not_asked=len(answers.asked) - len(asked),
        chance=_chance(answers, asked),
        method=means.method,
    )


@dataclass(frozen=True, slots=True)
class OverOrders:
    """Each question's mean over the orders of its options and its samples; unread is wrong."""

    accuracy: Estimate
    orders: int
    items: int
    method: str


def over_orders(answers: Answers) -> OverOrders:
    """Accuracy over every order that was asked; undefined where there was only one."""
    means = question_means(answers.outcomes, _right)
    orders = len({outcome.order for outcome in answers.outcomes})
    if orders < 2:
        return OverOrders(undefined(ONE_ORDER), orders, means.items, "")
    return OverOrders(_estimate(means), orders, means.items, means.method)


def _estimate(means: QuestionMeans) -> Estimate:
    return means.estimate() if len(means.values) else undefined("no question was asked")


def _of_read(means: QuestionMeans, asked: int) -> Estimate:
    if len(means.values):
        return means.estimate()
    return undefined(f"no letter was read in any of {asked:,} questions")


def _chance(answers: Answers, questions: frozenset[int]) -> float | None:
    chances = [1 / asked.options for asked in answers.asked if asked.question in questions]
    return sum(chances) / len(chances) if chances else None


def _right(outcome: Outcome) -> float:
    return float(outcome.is_right)


def _right_if_read(outcome: Outcome) -> float | None:
    return float(outcome.is_right) if outcome.is_read else None


def _right_or_unread(outcome: Outcome) -> float:
    return float(outcome.is_right or not outcome.is_read)
