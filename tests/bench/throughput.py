"""Throughput of a batch against an endpoint that takes 300 ms a call, as a share of the ideal.

The ideal is that every thread waits for the endpoint all the time. What is measured is the
whole way in the product: claim, method, prompts, ledger with its rows and budget, HTTP, save;
on SQLite, each number of threads in a process of its own, the endpoint in another. Counted are
the calls that the ledger settled in a span during which every thread had work.
"""

import json
import os
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from tests.bench.report import Measurement

TOPIC = "Throughput"
THREADS = (8, 16, 32)
LATENCY, BAR = 0.3, 0.9
# A trace of the stub's answers is four calls.
CALLS_A_TRACE, RUN_IN, SPAN = 4, 3.0, 20.0


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


def _row(threads: int, *, calls: float) -> Measurement:
    share = calls * LATENCY / threads / SPAN
    return Measurement(
        TOPIC,
        f"a batch at {threads} threads, calls of 300 ms, SQLite",
        f"{calls:,.0f} calls",
        f"{calls / SPAN:.1f} calls/s",
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

    from tests.peers.stub_endpoint import stub_endpoint

    call_command("migrate", verbosity=0)
    with stub_endpoint(latency=LATENCY) as stub:
        print(json.dumps({"calls": _settled_in_span(threads, stub.base_url)}))


def _settled_in_span(threads: int, base_url: str) -> int:
    """Calls settled in the span; before it everything warms up, after it the batch is left."""
    from pipeline.batches import lifecycle
    from tests import factories
    from tests.factories.endpoints import endpoint, reader

    seconds = RUN_IN + SPAN
    most = int(seconds / LATENCY / CALLS_A_TRACE * threads)
    batch = factories.model_batch(
        most + threads,
        reasoner_endpoint=endpoint(base_url=base_url),
        reader_endpoint=reader(base_url=base_url),
        budget_tokens=10**9,
    )
    began = timezone.now() + timedelta(seconds=RUN_IN)
    lifecycle.run_batch(batch, seconds=seconds, threads=threads)
    if batch.traces.filter(state="failed").exists():
        raise AssertionError("The endpoint's answers did not go the whole way.")
    ended = began + timedelta(seconds=SPAN)
    return batch.calls.filter(status="settled", settled_at__range=(began, ended)).count()


if __name__ == "__main__":
    main(int(sys.argv[1]))
