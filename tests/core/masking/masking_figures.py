"""What masking leaves, strikes and flags on chains of our own, as docs/method.md has it.

`python -m tests.core.masking.masking_figures` counts anew and prints the table's rows.
"""

from collections.abc import Sequence

from pipeline.statistics.intervals import proportion
from tests.core.masking.case import Case, rates
from tests.core.masking.test_held_out import HELD_OUT
from tests.core.masking.test_masking import CASES


def row(name: str, cases: Sequence[Case]) -> str:
    found = rates(cases)
    cells = (
        name,
        str(len(cases)),
        share(found.leaks, found.wordings),
        share(found.struck, found.clinical),
        f"{found.flags_due - found.flags_missed} of {found.flags_due}",
        str(found.false_flags),
    )
    return f"| {' | '.join(cells)} |"


def share(count: int, total: int) -> str:
    of = proportion(count, total)
    return f"{count} of {total}, {of.value:.1%} ({of.low:.1%} to {of.high:.1%})"


if __name__ == "__main__":
    print(row("built on", CASES))
    print(row("held out", HELD_OUT))
