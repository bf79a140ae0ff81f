"""Releases: time and peak memory of freezing one and of packing its bundle.

A study of 32,682 traces, two a question, with 100,000 grades, checked against 12,000 benchmark
questions; and half of it, to show that memory does not grow with the number of traces. On
SQLite; each measured act in a process of its own.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bench.report import Measurement

TOPIC = "Release"
TRACES, GRADES, BENCHMARK = 32_682, 100_000, 12_000
# What twice the traces may add to the peak: pages of the database's cache, no rows.
MOST_GROWTH = 1.1


def measure(data: Path | None) -> list[Measurement]:
    """A row an act: the whole beside the half."""
    half, whole = (_figures(TRACES // part, GRADES // part) for part in (2, 1))
    return [_row(act, half[act], whole[act]) for act in ("freeze", "pack")]


def _row(act: str, half: dict[str, float], whole: dict[str, float]) -> Measurement:
    growth = whole["peak"] / half["peak"]
    title = {
        "freeze": "make_release: lines, checks, figures, every file once, one ZIP",
        "pack": "the ZIP again: every file rebuilt and compared",
    }
    return Measurement(
        TOPIC,
        f"{title[act]}; beside half of it",
        f"{TRACES:,} traces, {GRADES:,} grades, {whole['bytes'] / 1e6:,.0f} MB",
        f"{whole['seconds']:.0f} s, peak {whole['peak']:,.0f} MiB",
        f"{half['seconds']:.0f} s, peak {half['peak']:,.0f} MiB",
        f"peak {growth:.2f} of it",
        f"at most {MOST_GROWTH:g}",
        growth <= MOST_GROWTH,
    )


def _figures(traces: int, grades: int) -> dict[str, dict[str, float]]:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "MEDREASON_DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "medreason_web.settings",
        }
        acts = (("build", traces, grades), ("freeze",), ("pack",))
        return {act[0]: _in_own_process(environment, *map(str, act)) for act in acts}


def _in_own_process(environment: dict[str, str], *arguments: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.release", *arguments]
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def build(traces: str, grades: str) -> dict[str, float]:
    """The study, as rows."""
    from django.core.management import call_command

    from tests.factories.release_rows import graded_study

    call_command("migrate", verbosity=0)
    graded_study(traces=int(traces), grades=int(grades), benchmark=BENCHMARK)
    return {}


def freeze() -> dict[str, float]:
    """Make the release."""
    from django.contrib.auth.models import User

    from review.evidence.policies import Rules, save_policy
    from review.models import Study
    from tests.factories import make_release

    lead, study = User.objects.get(username="lead of graded"), Study.objects.get()
    policy = save_policy("fair", rules=Rules(), saved_by=lead)
    return _timed(lambda: make_release("first", study=study, policy=policy, made_by=lead))


def pack() -> dict[str, float]:
    """Pack its ZIP again, every file rebuilt and compared."""
    from review.models import Release
    from review.releases.zip_file import ask_for_zip, repack

    ask_for_zip(Release.objects.get())
    return _timed(lambda: repack(Release.objects.get()))


def _timed(act: Any) -> dict[str, float]:
    import resource

    from review.models import Release

    began = time.perf_counter()
    act()
    seconds = time.perf_counter() - began
    files = Release.objects.get().manifest["files"].values()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "peak": peak, "bytes": sum(one["bytes"] for one in files)}


if __name__ == "__main__":
    import django

    django.setup()
    acts: dict[str, Any] = {"build": build, "freeze": freeze, "pack": pack}
    print(json.dumps(acts[sys.argv[1]](*sys.argv[2:])))
