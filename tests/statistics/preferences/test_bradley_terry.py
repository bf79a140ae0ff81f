"""Bradley and Terry's model with Davidson's ties: published examples, and what has no estimate."""

import numpy as np
import pytest

from pipeline.statistics.bradley_terry import fit, has_maximum, why_no_maximum

TWO = np.array([[0, 1]])
THREE = np.array([[0, 1], [0, 2], [1, 2]])

# Davidson (1970), example 2, chocolate puddings: i, j, i preferred, j preferred, ties.
PUDDINGS = (
    *((1, 2, 19, 22, 16), (1, 3, 16, 19, 12), (2, 3, 19, 19, 10), (1, 4, 18, 23, 13)),
    *((2, 4, 23, 19, 9), (3, 4, 19, 20, 15), (1, 5, 13, 19, 18), (2, 5, 16, 20, 12)),
    *((3, 5, 16, 15, 17), (4, 5, 17, 14, 16), (1, 6, 18, 21, 12), (2, 6, 22, 20, 12)),
    *((3, 6, 13, 18, 10), (4, 6, 14, 19, 18), (5, 6, 11, 21, 12)),
)
# Citations among four journals of statistics (Stigler 1994): who is cited by whom. Estimates as
# in Turner and Firth (2012), "Bradley-Terry Models in R", section 2.
CITED = np.array(
    [[714, 730, 498, 221], [33, 425, 68, 17], [320, 813, 1072, 142], [284, 276, 325, 188]]
)


def counts(*rows) -> np.ndarray:
    """One table of counts as the functions take it."""
    return np.array([rows], dtype=float)


def test_the_published_strengths_of_puddings_with_ties():
    pairs = np.array([[i - 1, j - 1] for i, j, *_ in PUDDINGS])
    given = counts(*([won, tied, lost] for _, _, won, lost, tied in PUDDINGS))
    fitted = fit(given, pairs, 6)[0]
    worth = np.exp(fitted[:6]) / np.exp(fitted[:6]).sum()
    assert worth == pytest.approx([0.1388, 0.1730, 0.1617, 0.1654, 0.1587, 0.2024], abs=1e-4)
    assert np.exp(fitted[6]) == pytest.approx(0.7468, abs=1e-4)


def test_the_published_strengths_of_journals_without_ties():
    pairs = [(i, j) for i in range(4) for j in range(i + 1, 4)]
    given = counts(*([CITED[i, j], 0, CITED[j, i]] for i, j in pairs))
    fitted = fit(given, np.array(pairs), 4)[0]
    assert fitted[:4] - fitted[0] == pytest.approx([0, -2.94907, -0.47957, 0.26895], abs=1e-5)


def test_two_contenders_have_the_closed_form():
    fitted = fit(counts([30, 20, 10]), TWO, 2)[0]
    assert fitted[0] - fitted[1] == pytest.approx(np.log(30 / 10))
    assert np.exp(fitted[2]) == pytest.approx(20 / np.sqrt(30 * 10))


def test_strengths_do_not_depend_on_the_order_of_a_pair():
    given = counts([5, 2, 3], [4, 1, 6], [7, 0, 2])
    turned = given[:, :, ::-1]
    assert fit(given, THREE, 3)[0] == pytest.approx(fit(turned, THREE[:, ::-1], 3)[0])


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ([[5, 0, 0]], "B was never preferred over A, nor found equal"),
        ([[0, 0, 5]], "A was never preferred over B, nor found equal"),
        ([[5, 3, 0]], "B was never preferred: the strengths have no finite estimate"),
        ([[0, 4, 0]], "every comparison ended in a tie"),
        ([[0, 0, 0]], "nothing was compared yet"),
        ([[5, 1, 2]], ""),
        ([[5, 0, 2]], ""),
    ],
)
def test_two_contenders_without_an_estimate_are_refused_with_the_reason(table, reason):
    told = why_no_maximum(np.array(table, dtype=float), TWO, ("A", "B"))
    assert told.startswith(reason) if reason else told == ""
    assert np.isnan(fit(counts(*table), TWO, 2)).all() == bool(reason)


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ([[3, 0, 2], [0, 0, 0], [0, 0, 0]], "no comparison connects A with C"),
        ([[3, 0, 2], [4, 0, 0], [1, 0, 0]], "C was never preferred over A and B"),
        ([[3, 0, 2], [0, 0, 4], [0, 0, 0]], "A and B were never preferred over C"),
        # A cycle of one-sided pairs is enough.
        ([[3, 0, 0], [0, 0, 2], [1, 0, 0]], ""),
    ],
)
def test_of_several_the_one_that_stands_apart_is_named(table, reason):
    told = why_no_maximum(np.array(table, dtype=float), THREE, ("A", "B", "C"))
    assert told.startswith(reason) if reason else told == ""


def test_replicates_are_fitted_each_by_itself():
    stack = np.array([[[5, 0, 0]], [[6, 1, 3]], [[6, 0, 3]]], dtype=float)
    fitted = fit(stack, TWO, 2)
    assert has_maximum(stack, TWO, 2).tolist() == [False, True, True]
    assert np.isnan(fitted[0]).all()
    assert fitted[1, 0] == pytest.approx(fit(stack[1:2], TWO, 2)[0, 0])
    assert fitted[1, 0] - fitted[1, 1] == pytest.approx(np.log(2))
    assert fitted[2, 0] - fitted[2, 1] == pytest.approx(np.log(2))


def test_the_maximum_is_found_far_from_the_start():
    fitted = fit(counts([10**6, 1, 1]), TWO, 2)[0]
    assert fitted[0] - fitted[1] == pytest.approx(np.log(10**6))
