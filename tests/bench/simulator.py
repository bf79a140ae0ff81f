"""Trying a policy: from the rules to the page's tables, on facts already read.

A study graded in full, three grades an item, nine sources, with a learned score over every trace.
Facts are made up in memory; Django is set up for them in a process of its own.
"""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from tests.bench.report import Measurement

if TYPE_CHECKING:
    from review.reports.facts import Facts
    from review.sampling.learned_score import Learned

TOPIC = "Simulator"
# Items, and the seconds within which a change of a slider is to be answered.
SIZES = {2_000: 0.15, 32_682: 1.5}
SOURCES, GRADES, TRIES = 9, 3, 7


def measure(data: Path | None) -> list[Measurement]:
    """The median time of a try by number of items."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.simulator"],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return [
        Measurement(
            TOPIC,
            "policy tried, learned score included (median)",
            f"{items:,} items x {GRADES} grades",
            f"{figures[str(items)] * 1000:.0f} ms",
            reach=f"under {limit * 1000:.0f} ms",
            reached=figures[str(items)] < limit,
        )
        for items, limit in SIZES.items()
    ]


def _measure_here() -> dict[int, float]:
    return {items: _seconds(items) for items in SIZES}


def _seconds(items: int) -> float:
    from review.evidence.policies import Rules
    from review.reports.policy.simulation import simulate, study_columns
    from review.reports.policy.tables import policy_headlines, policy_tables

    facts = study_of(items)
    learned = learned_from(facts)
    study_columns(facts)
    times = []
    for step in range(TRIES):
        rules = Rules(minimum_precision=2 + step / 2)
        started = time.perf_counter()
        tried = simulate(rules, facts, learned)
        policy_headlines(tried)
        policy_tables(tried)
        times.append(time.perf_counter() - started)
    return median(times)


def study_of(items: int) -> "Facts":
    """Facts of a study that took every trace, a quarter of them discarded, and graded all."""
    from tests.factories.study_facts import make_facts, make_item

    chance = random.Random(3)
    made = []
    for number in range(items):
        good = chance.random() < 0.7
        decision = "accept" if good else "reject"
        scale = chance.choice((4, 5) if good else (1, 2))
        failed = ["answer"] if chance.random() < (0.15 if good else 0.5) else []
        said = [(scale, scale, decision)] * GRADES
        source = f"source {number % SOURCES}"
        made.append(make_item(number, *said, failed=failed, source=source))
    strata: dict[str, int] = {}
    for one in made:
        strata[one.stratum] = strata.get(one.stratum, 0) + 1
    return make_facts(made, strata)


def learned_from(facts: "Facts") -> "Learned":
    """The score learned from these facts; their items are the whole population."""
    import numpy as np

    from pipeline.statistics.trace_columns import trace_columns
    from review.evidence.policies import FILTERS
    from review.sampling.learned_score import score_population
    from review.sampling.population import Population

    features = [one.features for one in facts.items]
    strata, stratum = np.unique([one.stratum for one in facts.items], return_inverse=True)
    population = Population(
        traces=np.arange(len(features)),
        row_of={one.trace: row for row, one in enumerate(facts.items)},
        strata=tuple(strata.tolist()),
        stratum=stratum,
        passed={name: np.array([one.passed(name) for one in features]) for name in FILTERS},
        columns=trace_columns(features),
    )
    return score_population(population, facts.items)


def _answer() -> dict[str, Any]:
    return {str(items): seconds for items, seconds in _measure_here().items()}


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(_answer()))
