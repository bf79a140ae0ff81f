"""Throughput of a batch against an endpoint that takes 300 ms a call, as a share of the ideal.

The ideal is that every thread waits for the endpoint all the time. What is measured is the
whole way in the product: claim, method, prompts, ledger with its rows and budget, HTTP, save;
on SQLite, each number of threads in a process of its own, the endpoint in another.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.report import Measurement

TOPIC = "Throughput"
THREADS = (8, 16, 32)
LATENCY, TRACES_A_THREAD, BAR = 0.3, 10, 0.9


def measure(data: Path | None) -> list[Measurement]:
    """One row a number of threads; the bar is that of 16."""
    return [_row(threads, **_measured(threads)) for threads in THREADS]


def _measured(threads: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "MEDREASON_DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "medreason_web.settings",
        }
        command = [sys.executable, "-m", "tests.bench.throughput", str(threads)]
        done = subprocess.run(
            command, env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def _row(threads: int, *, calls: float, seconds: float) -> Measurement:
    share = calls * LATENCY / threads / seconds
    return Measurement(
        TOPIC,
        f"a batch at {threads} threads, calls of 300 ms, SQLite",
        f"{calls:,.0f} calls",
        f"{calls / seconds:.1f} calls/s",
        f"{threads / LATENCY:.1f} calls/s (ideal)",
        f"{share:.1%}",
        f"{BAR:.0%}" if threads == 16 else "-",
        share >= BAR if threads == 16 else None,
    )


def main(threads: int) -> None:
    """The child's part: a batch of its own, after a small one that warms everything up."""
    import django

    django.setup()
    from django.core.management import call_command

    from tests.stub_endpoint import stub_endpoint

    call_command("migrate", verbosity=0)
    with stub_endpoint(latency=LATENCY) as stub:
        _made(threads, threads, stub.base_url, "warm")
        print(json.dumps(_made(TRACES_A_THREAD * threads, threads, stub.base_url, "measured")))


def _made(size: int, threads: int, base_url: str, name: str) -> dict[str, float]:
    from pipeline import batches
    from tests import factories
    from tests.factories_endpoints import endpoint, reader

    batch = factories.model_batch(
        size,
        name=name,
        reasoner_endpoint=endpoint(f"{name}-reasoner", base_url=base_url),
        reader_endpoint=reader(f"{name}-reader", base_url=base_url),
        budget_tokens=10**9,
    )
    started = time.perf_counter()
    made = batches.pump(batch, threads=threads)
    seconds = time.perf_counter() - started
    calls = batch.calls.filter(status="settled").count()
    if made != size or calls < 4 * size:
        raise AssertionError(f"{made} of {size} traces made with {calls} calls.")
    return {"calls": calls, "seconds": seconds}


if __name__ == "__main__":
    main(int(sys.argv[1]))
