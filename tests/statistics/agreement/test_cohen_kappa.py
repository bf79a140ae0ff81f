"""Cohen's kappa and the confusion of two raters."""

import pytest

from pipeline.statistics.agreement.coefficients import NO_PAIRS, ONE_CATEGORY
from pipeline.statistics.agreement.cohen_kappa import cohen_kappa, rater_pairs
from tests.statistics.examples import of_rows

# Cohen (1960), two clinicians, 200 patients, three diagnoses, as proportions of 200.
COHEN = ((50, 26, 24), (24, 4, 32), (14, 16, 10))
# Fleiss, Cohen and Everitt (1969): 100 subjects; quadratic weights worked by hand below.
GRADES = ((20, 5, 1), (3, 30, 4), (0, 7, 30))


def crossed(counts, scale):
    cells = [
        (scale[row], scale[column])
        for row, line in enumerate(counts)
        for column, count in enumerate(line)
        for _ in range(count)
    ]
    return of_rows(cells, scale=scale)


def by_hand(counts, weight):
    n = sum(map(sum, counts))
    rows, columns = (
        [sum(line) for line in counts],
        [sum(line) for line in zip(*counts, strict=True)],
    )
    indices = range(len(counts))
    observed = sum(weight(i, j) * counts[i][j] for i in indices for j in indices) / n
    rng = sum(weight(i, j) * rows[i] * columns[j] for i in indices for j in indices) / n**2
    return (observed - rng) / (1 - rng)


@pytest.mark.parametrize("counts", [COHEN, GRADES])
@pytest.mark.parametrize(
    ("weights", "weight"),
    [
        ("identity", lambda i, j: i == j),
        ("linear", lambda i, j: 1 - abs(i - j) / 2),
        ("quadratic", lambda i, j: 1 - (i - j) ** 2 / 4),
    ],
)
def test_kappa_as_worked_by_hand(counts, weights, weight):
    result = cohen_kappa(crossed(counts, (1, 2, 3)), 0, 1, weights=weights, replicates=50)
    assert result.value == pytest.approx(by_hand(counts, weight), abs=1e-9)


def test_the_confusion_counts_first_by_rows():
    (pair,) = rater_pairs(crossed(GRADES, (1, 2, 3)), replicates=50)
    assert (pair.first, pair.second) == (0, 1)
    assert pair.confusion.tolist() == [list(line) for line in GRADES]
    assert pair.kappa.low < pair.kappa.value < pair.kappa.high


def test_only_pairs_that_share_an_item_are_listed():
    result = rater_pairs(of_rows([(1, 2, None), (3, 3, None), (None, 4, 4)]), replicates=5)
    assert [(pair.first, pair.second) for pair in result] == [(0, 1), (1, 2)]


def test_undefined_kappas_say_why():
    never = of_rows([(1, None), (None, 2)])
    assert cohen_kappa(never, 0, 1).reason == NO_PAIRS
    assert cohen_kappa(of_rows([(2, 2)] * 5), 0, 1).reason == ONE_CATEGORY
