"""Right against wrong runs of a question: counted in pairs, over the right pairs."""

import pytest

from pipeline.statistics.discrimination import Outcome, Trial, discriminate

KEPT = Outcome(True, True, {"answer": True, "format": True})
DISCARDED = Outcome(True, False, {"answer": False, "format": True})
FAILED = Outcome(False, False, {})


def trials(*pairs: tuple[Outcome, Outcome]) -> list[Trial]:
    return [Trial(number, 0, *pair) for number, pair in enumerate(pairs)]


def test_a_filter_that_keeps_both_alike_has_no_difference_and_a_ratio_of_one():
    found = discriminate(trials(*[(KEPT, KEPT)] * 40, *[(DISCARDED, DISCARDED)] * 10))
    alike = found.kept_of_made
    assert (alike.right.value, alike.wrong.value) == (0.8, 0.8)
    assert alike.difference.value == 0
    assert alike.difference.low < 0 < alike.difference.high
    assert alike.ratio.value == 1


def test_a_filter_that_tells_right_from_wrong_is_seen_to():
    found = discriminate(trials(*[(KEPT, DISCARDED)] * 30, *[(KEPT, KEPT)] * 10))
    assert found.kept_of_made.difference.low > 0.5
    assert found.kept_of_made.ratio.value == pytest.approx(4)
    answer, format_ = found.filters
    assert (answer.name, answer.wrong.value) == ("answer", 0.25)
    assert (format_.difference.value, format_.ratio.value) == (0, 1)


def test_failures_count_as_not_made_and_stay_out_of_what_the_filters_do():
    found = discriminate(trials((KEPT, FAILED), (FAILED, KEPT), (KEPT, KEPT), (KEPT, FAILED)))
    assert (found.made.right.value, found.made.wrong.value) == (0.75, 0.5)
    assert (found.kept.trials, found.kept_of_made.trials) == (4, 1)
    assert [each.trials for each in found.filters] == [1, 1]


def test_a_filter_that_looked_at_one_of_the_two_is_not_compared():
    seen = Outcome(True, True, {"contrast": True, "answer": True})
    found = discriminate(trials((seen, KEPT), (seen, seen)))
    assert {each.name: each.trials for each in found.filters} == {"contrast": 1, "answer": 2}


def test_a_right_run_beside_two_wrong_ones_is_counted_once():
    two = [Trial(question, 0, KEPT, wrong) for question in (1, 2, 3) for wrong in (KEPT, DISCARDED)]
    found = discriminate(two).kept_of_made
    assert (found.trials, found.right.n, found.wrong.n) == (6, 3, 6)
    assert (found.right.value, found.wrong.value) == (1, 0.5)


def test_nothing_to_compare_is_said_not_guessed():
    found = discriminate([])
    assert found.filters == ()
    for compared in (found.made, found.kept, found.kept_of_made):
        assert compared.difference.value is None
        assert compared.difference.reason
