"""The filter over all steps: one that is not supported rejects, and says why."""

from dataclasses import replace

import pytest

from pipeline.core.filtering.statements import check_statements
from pipeline.core.records import DecidedBy, StepCheck, Support
from tests.core.filtering.test_filters import GOOD, given


def checked(*supports):
    inputs = given(*(("It helps.", (GOOD,)) for _ in supports), ("And so.",))
    checks = tuple(
        StepCheck(at, support, DecidedBy.READER, "It tells of the moon.")
        for at, support in enumerate(supports, start=1)
    )
    return check_statements(replace(inputs, step_checks=checks))


def test_supported_steps_pass_and_steps_without_edges_do_not_count():
    result = checked(Support.SUPPORTED, Support.SUPPORTED)
    assert (result.passed, result.score) == (True, 1.0)
    assert "2 of 2 steps" in result.explanation


@pytest.mark.parametrize("support", [Support.CONTRADICTED, Support.NOT_ADDRESSED])
def test_one_step_that_is_not_supported_rejects(support):
    result = checked(Support.SUPPORTED, support)
    assert (result.passed, result.score) == (False, 0.5)
    assert "Step 2" in result.explanation
    assert "It tells of the moon (by reader)." in result.explanation


def test_without_citations_there_is_no_score():
    result = check_statements(given(("And so.",)))
    assert (result.passed, result.score) == (True, None)


def test_a_citing_step_must_have_been_compared():
    with pytest.raises(ValueError, match="Step 1 cites edges"):
        check_statements(given(("It helps.", (GOOD,))))
