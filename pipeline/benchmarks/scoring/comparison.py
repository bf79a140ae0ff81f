"""Two evaluations on the same questions: the paired difference, and an exact test.

Under the order that the source states, what was not read counted as wrong, each question by the
mean of its samples. Overlapping intervals of two accuracies say nothing about their difference:
on the same questions only pairs do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

from pipeline.benchmarks.scoring.outcomes import Answers, QuestionMeans, question_means
from pipeline.core.errors import Refusal
from pipeline.statistics.comparison import (
    REPLICATES,
    Resamples,
    holm,
    paired_bootstrap,
    share_difference,
    sign_test,
)
from pipeline.statistics.estimate import Estimate, FloatArray, undefined
from pipeline.statistics.paired import NO_PAIRS, newcombe

NEWCOMBE = "Newcombe's interval for paired shares (1998, method 10), 95 %"
BOOTSTRAP = f"percentile bootstrap of whole questions, 95 %, {REPLICATES:,} resamples"
BOOTSTRAP_OF_CLUSTERS = f"{BOOTSTRAP}, those that repeat drawn together"
ALL_ALIKE = "Newcombe's interval from the expected counts, 95 %, since no two questions differ"
MCNEMAR = "McNemar's exact test"
SIGN_TEST = "exact sign test over questions"
SIGN_TEST_OF_CLUSTERS = "exact sign test over distinct questions"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The first evaluation less the second, on the `questions` that both were asked.

    `left_out` were asked in one of them only. `difference` has the interval that `method` names,
    `bootstrap` the seeded bootstrap's. `where_read`: the same difference on the questions of
    which both have a letter for every sample; how far it lies from `difference` is how much comes
    from answers that were not read. `only_first` and `only_second` count the questions (or
    distinct questions) on which the one is higher. `p_holm` holds over the `tests` shown together.
    """

    first: str
    second: str
    questions: int
    left_out: int
    difference: Estimate
    method: str
    bootstrap: Estimate
    where_read: Estimate
    only_first: int
    only_second: int
    test: str
    p: float | None
    p_holm: float | None = None
    tests: int = 1


def compare(
    first: Answers, second: Answers, *, seed: int = 0, resamples: Resamples | None = None
) -> Comparison:
    """Compare two evaluations. Raises Refusal unless they are of the same questions and keys.

    `resamples` (of the seed) are given where many pairs share them.
    """
    _require_same_questions(first, second)
    resamples = resamples or Resamples(seed)
    asked = first.question_ids, second.question_ids
    one, other = _paired(first, second, asked[0] & asked[1])
    bootstrap = paired_bootstrap(one.values, other.values, one.clusters, resamples)
    difference, method = _difference(one, other, lambda: bootstrap)
    only_first, only_second, test, p = _test(one, other)
    return Comparison(
        first=first.name,
        second=second.name,
        questions=len(one.values),
        left_out=len(asked[0] ^ asked[1]),
        difference=difference,
        method=method,
        bootstrap=bootstrap,
        where_read=_where_read(first, second, resamples),
        only_first=only_first,
        only_second=only_second,
        test=test,
        p=p,
        p_holm=p,
    )


def compare_all(
    evaluations: Sequence[Answers], *, against: Answers | None = None, seed: int = 0
) -> tuple[Comparison, ...]:
    """Every pair, or the others with the one `against` which they are held, Holm-corrected."""
    couples = (
        combinations(evaluations, 2)
        if against is None
        else ((one, against) for one in evaluations if one is not against)
    )
    resamples = Resamples(seed)
    return holm_over([compare(one, other, resamples=resamples) for one, other in couples])


def holm_over(pairs: Sequence[Comparison]) -> tuple[Comparison, ...]:
    """The pairs, which are shown together, with Holm's correction over all of them."""
    adjusted = iter(holm([pair.p for pair in pairs if pair.p is not None]))
    tests = sum(pair.p is not None for pair in pairs)
    return tuple(
        pair if pair.p is None else replace(pair, p_holm=next(adjusted), tests=tests)
        for pair in pairs
    )


def _require_same_questions(first: Answers, second: Answers) -> None:
    names = f"{first.name} and {second.name}"
    if first.items_sha256 != second.items_sha256:
        raise Refusal(
            f"{names} were not asked the same questions ({first.items_sha256[:12]} and "
            f"{second.items_sha256[:12]}): they are not compared."
        )
    keys = {outcome.question: outcome.key for outcome in first.stated}
    others = {outcome.question: outcome.key for outcome in second.stated}
    differing = sum(keys[question] != others[question] for question in keys.keys() & others.keys())
    if differing:
        raise Refusal(
            f"{names} were scored by different answer keys in {differing:,} of their questions: "
            "they are not compared."
        )


def _paired(
    first: Answers, second: Answers, questions: frozenset[int]
) -> tuple[QuestionMeans, QuestionMeans]:
    """Both evaluations' means of these questions, in one order of questions."""
    return _means(first, questions), _means(second, questions)


def _means(answers: Answers, questions: frozenset[int]) -> QuestionMeans:
    wanted = (outcome for outcome in answers.stated if outcome.question in questions)
    in_order = sorted(wanted, key=lambda outcome: outcome.question)
    return question_means(in_order, lambda outcome: float(outcome.is_right))


def _read(answers: Answers) -> frozenset[int]:
    unread = {outcome.question for outcome in answers.stated if not outcome.is_read}
    return answers.question_ids - unread


def _where_read(first: Answers, second: Answers, resamples: Resamples) -> Estimate:
    """The difference on the questions of which both have a letter for every sample."""
    one, other = _paired(first, second, _read(first) & _read(second))
    bootstrap = partial(paired_bootstrap, one.values, other.values, one.clusters, resamples)
    return _difference(one, other, bootstrap)[0]


def _difference(
    first: QuestionMeans, second: QuestionMeans, bootstrap: Callable[[], Estimate]
) -> tuple[Estimate, str]:
    one, other = first.values, second.values
    if not len(one):
        return undefined(NO_PAIRS), ""
    if first.is_simple and second.is_simple:
        return share_difference(one, other), NEWCOMBE
    found = bootstrap()
    if found.low is not None:
        repeats = first.distinct < len(one)
        return found, BOOTSTRAP_OF_CLUSTERS if repeats else BOOTSTRAP
    return _all_alike(one, other, first.distinct), ALL_ALIKE


def _all_alike(one: FloatArray, other: FloatArray, distinct: int) -> Estimate:
    """An interval where every question differs alike, each distinct one counting as a pair."""
    each = distinct / len(one)
    cells = (one * other, one * (1 - other), (1 - one) * other, (1 - one) * (1 - other))
    low, high = newcombe(*(float(cell.sum()) * each for cell in cells))
    return Estimate(float((one - other).mean()), low, high, len(one))


def _test(first: QuestionMeans, second: QuestionMeans) -> tuple[int, int, str, float | None]:
    """How many are higher on each side, the test's name and its p; no p without a pair."""
    if not len(first.values):
        return 0, 0, MCNEMAR, None
    if first.distinct < len(first.values):
        # Questions that repeat are one observation.
        one, other = first.of_clusters, second.of_clusters
        return _named(SIGN_TEST_OF_CLUSTERS, one, other)
    simple = first.is_simple and second.is_simple
    return _named(MCNEMAR if simple else SIGN_TEST, first.values, second.values)


def _named(name: str, one: FloatArray, other: FloatArray) -> tuple[int, int, str, float]:
    higher, lower, p = sign_test(one, other)
    return higher, lower, name, p
