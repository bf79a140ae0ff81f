"""The rules decide none of our sentences wrongly, and docs/method.md says how many they decide."""

from pathlib import Path

import pytest

from tests.core.filtering.statements.statement_figures import all_cases, row

CASES = all_cases()


@pytest.mark.parametrize("part", CASES)
def test_no_sentence_is_decided_wrongly(part):
    decided = [case for case in CASES[part] if case.decided]
    assert [case for case in decided if case.outcome not in case.right] == []


@pytest.mark.parametrize("part", CASES)
def test_the_documented_figures_are_the_measured_ones(part, root: Path):
    assert row(part, CASES[part]) in (root / "docs" / "method.md").read_text(encoding="utf-8")
