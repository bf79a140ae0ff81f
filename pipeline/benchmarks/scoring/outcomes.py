"""What one evaluation was asked and what came of it: the input of every figure."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from pipeline.statistics.estimate import Estimate, FloatArray, IntArray
from pipeline.statistics.paired import clustered_share

# The order of options in which the source states them: the headline is of this one.
AS_STATED = 0
# The stage of an item for which the endpoint gave no output at all.
NOT_ANSWERED = "not_answered"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One item: a question under one order of its options, one sample, and what was read.

    `question` is the same number in every evaluation of the same benchmark: two evaluations are
    paired by it. Questions that repeat in the benchmark share a `cluster`. `letter` is the option
    as the model saw it, `label` the same option as the source names it; both are None where no
    letter was read. `key` is the source's label of the right option. `stage`: the rule that read
    the output, the class of one that could not be read, or NOT_ANSWERED.
    """

    question: int
    cluster: int
    order: int
    sample: int
    letter: str | None
    label: str | None
    key: str
    stage: str

    @property
    def is_read(self) -> bool:
        return self.label is not None

    @property
    def is_right(self) -> bool:
        return self.label == self.key


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of an evaluation.

    `shown`: for each order, the source's labels of its options in the order shown. `groups`: to
    which it belongs, by the kind of group ("source", "specialty", "question_type").
    """

    question: int
    shown: Mapping[int, tuple[str, ...]]
    groups: Mapping[str, str] = field(default_factory=dict)

    @property
    def options(self) -> int:
        return len(self.shown[AS_STATED])


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """One evaluation: every question it was to ask, and an outcome for each settled item.

    Items of which the endpoint gave nothing are outcomes too. A question without an outcome has
    not been asked (the evaluation is not finished, or an imported file lacks it). `stated` are
    the outcomes under the order that the source states, `question_ids` the questions that they
    are of. Raises ValueError for records that contradict each other.
    """

    name: str
    items_sha256: str
    asked: tuple[Asked, ...]
    outcomes: tuple[Outcome, ...]
    stated: tuple[Outcome, ...] = field(init=False, repr=False)
    question_ids: frozenset[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        stated = tuple(outcome for outcome in self.outcomes if outcome.order == AS_STATED)
        object.__setattr__(self, "stated", stated)
        object.__setattr__(self, "question_ids", frozenset(one.question for one in stated))
        by_question = {asked.question: asked for asked in self.asked}
        _require(len(by_question) == len(self.asked), "a question is there twice")
        items = {(one.question, one.order, one.sample) for one in self.outcomes}
        _require(len(items) == len(self.outcomes), "an item is there twice")
        of_question: dict[int, tuple[int, str]] = {}
        for outcome in self.outcomes:
            asked = by_question.get(outcome.question)
            _require(asked is not None, f"question {outcome.question} was not to be asked")
            _check(outcome, asked.shown.get(outcome.order, ()) if asked else ())
            first = of_question.setdefault(outcome.question, (outcome.cluster, outcome.key))
            same = first == (outcome.cluster, outcome.key)
            _require(same, f"question {outcome.question} has two keys or clusters")

    @property
    def as_stated(self) -> "Answers":
        """The same evaluation under the order that the source states alone."""
        return replace(self, outcomes=self.stated)

    def of_questions(self, questions: Collection[int]) -> "Answers":
        """The same evaluation, of these questions alone."""
        return replace(
            self,
            asked=tuple(asked for asked in self.asked if asked.question in questions),
            outcomes=tuple(one for one in self.outcomes if one.question in questions),
        )


def _check(outcome: Outcome, shown: tuple[str, ...]) -> None:
    item = f"question {outcome.question}, order {outcome.order}"
    _require(bool(shown), f"{item}: the order shown is not known")
    _require(outcome.key in shown, f"{item}: the key {outcome.key!r} is no option")
    _require(outcome.label is None or outcome.label in shown, f"{item}: {outcome.label!r} is none")
    both = (outcome.letter is None) == (outcome.label is None)
    _require(both, f"{item}: a letter without its label, or the reverse")


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(f"These outcomes cannot be scored: {otherwise}.")


@dataclass(frozen=True, slots=True, eq=False)
class QuestionMeans:
    """A figure of each question: the mean over its items; `items` is how many in all."""

    questions: IntArray
    clusters: IntArray
    values: FloatArray
    items: int

    @property
    def is_simple(self) -> bool:
        """Whether every question has one item, and none repeats."""
        return self.items == len(self.values) == self.distinct

    @property
    def distinct(self) -> int:
        """Questions, those that repeat counted once."""
        return len(np.unique(self.clusters))

    @property
    def method(self) -> str:
        """How the interval of the mean is made, for a reader."""
        if self.is_simple:
            return "Wilson's score interval, 95 %"
        return (
            "Wilson's score interval, 95 %, of the effective number of answers: cluster-robust "
            f"variance over {self.distinct:,} distinct questions"
        )

    @property
    def of_clusters(self) -> FloatArray:
        """The mean of each distinct question, in the order of the clusters' numbers."""
        _, codes = np.unique(self.clusters, return_inverse=True)
        return np.asarray(np.bincount(codes, weights=self.values) / np.bincount(codes))

    def estimate(self) -> Estimate:
        """The mean over questions, with its interval."""
        return clustered_share(self.values, self.clusters, items=self.items)


def question_means(
    outcomes: Iterable[Outcome], value: Callable[[Outcome], float | None]
) -> QuestionMeans:
    """A value of each item, averaged by question; items and questions without one are left out."""
    found: dict[int, list[float]] = {}
    clusters: dict[int, int] = {}
    for outcome in outcomes:
        of_item = value(outcome)
        if of_item is not None:
            found.setdefault(outcome.question, []).append(of_item)
            clusters[outcome.question] = outcome.cluster
    return QuestionMeans(
        np.array(list(found), dtype=np.int64),
        np.array([clusters[question] for question in found], dtype=np.int64),
        np.array([sum(values) / len(values) for values in found.values()], dtype=float),
        sum(map(len, found.values())),
    )
