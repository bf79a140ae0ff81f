"""The queue on PostgreSQL: what a claim costs as a study fills up, and a crowd without a pause.

A claim is `next_slot` as the grading page calls it. A study has 100,000 items of 10 slots and
24 reviewers who have each walked their own order up to the done share, as the queue deals it;
the rows are written by COPY. One study a share, in one database, claimed from in turn.
The crowd claims and submits as fast as it can, in threads.

The database is made for this on the server that MEDREASON_TEST_POSTGRES_URL names, and dropped.
Django is set up for it in a process of its own.
"""

import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from tests.bench.report import Measurement

if TYPE_CHECKING:
    from review.models import Reviewer, Study

TOPIC = "Queue"
ITEMS, SLOTS, REVIEWERS, CLAIMS = 100_000, 10, 24, 480
SHARES = (0.0, 0.5, 0.9)
CROWD_ITEMS, CROWD_SLOTS = 1000, 3
MOST_GROWTH = 1.5


def measure(data: Path | None) -> list[Measurement]:
    """Claims by done share, then the crowd; a note where there is no PostgreSQL."""
    server = os.environ.get("MEDREASON_TEST_POSTGRES_URL")
    if not server:
        missing = "not measured: MEDREASON_TEST_POSTGRES_URL names no server"
        return [Measurement(TOPIC, "claim", "-", missing)]
    import psycopg
    from psycopg.sql import SQL, Identifier

    name = f"medreason_bench_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        try:
            figures = _in_own_process(f"{server.rsplit('/', 1)[0]}/{name}")
        finally:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))
    return [*_claim_rows(figures["claims"]), *_crowd_rows(figures["crowd"])]


def _in_own_process(url: str) -> dict[str, Any]:
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.queue"],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _claim_rows(claims: dict[str, list[float]]) -> list[Measurement]:
    first = _p95(claims["0.0"])
    return [
        Measurement(
            TOPIC,
            f"claim, {float(share):.0%} done (median; p95)",
            f"{ITEMS:,} items, {ITEMS * SLOTS:,} slots",
            f"{median(times) * 1000:.2f} ms; {_p95(times) * 1000:.2f} ms",
            ratio=f"{_p95(times) / first:.2f} of 0 %",
            reach=f"at most {MOST_GROWTH:g}",
            reached=_p95(times) / first <= MOST_GROWTH,
        )
        for share, times in claims.items()
    ]


def _crowd_rows(crowd: dict[str, Any]) -> list[Measurement]:
    faults = crowd["over_assigned"] + crowd["lost"] + crowd["errors"]
    return [
        Measurement(
            TOPIC,
            "claim and submit without a pause",
            f"{REVIEWERS} clients, {CROWD_ITEMS:,} items x {CROWD_SLOTS}",
            f"{crowd['over_assigned']} over-assigned, {crowd['lost']} lost, "
            f"{crowd['errors']} errors; {crowd['grades'] / crowd['seconds']:.0f} grades/s",
            reach="0, 0, 0",
            reached=faults == 0,
        )
    ]


def _p95(times: list[float]) -> float:
    return quantiles(times, n=20)[-1]


def _measure_here() -> dict[str, Any]:
    """In the process whose database this is."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    return {"claims": _claims(), "crowd": _crowd()}


def _claims() -> dict[str, list[float]]:
    """Seconds of each claim by done share; studies take turns, so that noise meets all alike."""
    from tests.factories import queue as world

    people = world.people("walker", REVIEWERS)
    world.insert_traces(ITEMS)
    studies = {}
    for share in SHARES:
        study = world.empty_study(f"{share:.0%} done", people, items=ITEMS, overlap=SLOTS)
        world.add_items(study, ITEMS)
        world.fill(study, people, share)
        studies[str(share)] = study
    times: dict[str, list[float]] = {share: [] for share in studies}
    for claim in range(CLAIMS + len(people)):
        for name, study in studies.items():
            times[name].append(_seconds_of_claim(study, people[claim % len(people)]))
    # The first of each reviewer computes their order, once a process: left out.
    return {share: taken[len(people) :] for share, taken in times.items()}


def _seconds_of_claim(study: "Study", reviewer: "Reviewer") -> float:
    from review.models import Slot
    from review.queue.claim import next_slot

    started = time.perf_counter()
    slot = next_slot(study, reviewer=reviewer)
    seconds = time.perf_counter() - started
    if slot is None:
        raise AssertionError("Nothing was dealt: there is nothing to measure.")
    Slot.objects.filter(pk=slot.pk).update(state=Slot.State.FILLED, lease_until=None)
    return seconds


def _crowd() -> dict[str, Any]:
    from review.models import Grade
    from tests.factories import queue as world

    people = world.people("clicker", REVIEWERS)
    study = world.empty_study("crowd", people, items=CROWD_ITEMS, overlap=CROWD_SLOTS)
    world.add_items(study, CROWD_ITEMS)
    world.fill(study, people, 0)
    errors: list[str] = []
    started = time.perf_counter()
    threads = [threading.Thread(target=_click, args=(study, one, errors)) for one in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    graded = Counter(Grade.objects.filter(item__study=study).values_list("item", flat=True))
    grades = sum(graded.values())
    return {
        "seconds": seconds,
        "grades": grades,
        "over_assigned": sum(count > CROWD_SLOTS for count in graded.values()),
        "lost": CROWD_ITEMS * CROWD_SLOTS - grades,
        "errors": len(errors),
    }


def _click(study: "Study", person: "Reviewer", errors: list[str]) -> None:
    from django.db import connection

    from review.queue.claim import next_slot
    from tests.review.submitting import submit

    try:
        while (slot := next_slot(study, reviewer=person)) is not None:
            submit(slot, person)
    except Exception as error:
        errors.append(repr(error))
        print(repr(error), file=sys.stderr)
    finally:
        connection.close()


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(_measure_here()))
