"""Coverage of the reports' intervals over many scripted studies; the inputs are made here."""

import os
from pathlib import Path

from tests.bench.report import Measurement

TOPIC = "Scripted studies"
STUDIES, FIRST_SEED, BAR = 300, 1000, 0.93


def measure(data: Path | None) -> list[Measurement]:
    """Each figure's coverage, with its Monte Carlo error."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()  # the studies are made of the dataclasses beside the rows
    from tests.review.scripted_coverage import coverage

    return [
        Measurement(
            TOPIC,
            f"95 % intervals that hold the truth: {name}",
            f"{STUDIES} studies of 2,000 traces and 12 raters",
            str(one),
            reach=f"at least {BAR:.0%}",
            reached=one.share >= BAR,
        )
        for name, one in coverage(range(FIRST_SEED, FIRST_SEED + STUDIES)).items()
    ]
