"""Calls at once and time limit, from a tiny question asked alone and together."""

import pytest

from pipeline.core.llm.learning.pace import Measured, Pace, pace_of


@pytest.mark.parametrize(
    ("measured", "reasons", "pace"),
    [
        # Answers from memory, a fast server that scales, and one that puts calls in a queue.
        (Measured(25, 0.002, 0.01), False, Pace(None, 120)),
        (Measured(25, 0.5, 0.6), False, Pace(None, 120)),
        (Measured(25, 0.25, 1.0), False, Pace(None, 240)),
        # A small model on two cores: 55 tokens a second, and nothing gained by asking together.
        (Measured(25, 0.45, 1.8), False, Pace(4, 220)),
        # A large model on a CPU: five tokens a second.
        (Measured(25, 5.0, 20.0), False, Pace(1, 600)),
        (Measured(25, 12.0), False, Pace(1, 1440)),
        # A model that thinks at a service that scales.
        (Measured(300, 10.0, 10.5), True, Pace(None, 450)),
        (Measured(25, 300.0), True, Pace(1, 3600)),
    ],
)
def test_a_queue_is_kept_short_and_a_slow_answer_waited_for(measured, reasons, pace):
    assert pace_of(measured, reasons=reasons) == pace


def test_what_was_not_measured_together_counts_as_a_queue():
    assert Measured(25, 1.0).slowdown == 4
    assert Measured(25, 1.0, 0.5).slowdown == 1
