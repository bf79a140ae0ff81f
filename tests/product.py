"""The product as processes, and a database that a test reads beside them."""

import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.management.serve import programs

# A wait ends when what it waits for is there: only a failure takes this long.
PATIENCE = 120.0
# For a database server to end what a worker has sent it.
IN_HAND = 0.1
DATABASE = "medreason.sqlite3"
WORKER = programs(host="", port=0, processes=1, concurrency=4)[1]


@dataclass
class Product:
    """The product as processes, over a database that the test reads beside them."""

    root: Path
    environment: dict[str, str]
    connect: Callable[[], Any]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def run(self, *arguments: str) -> None:
        command = (sys.executable, *arguments)
        subprocess.run(command, cwd=self.root, env=self.environment, check=True, timeout=300)

    def start_worker(self) -> subprocess.Popen[bytes]:
        environment = {**self.environment, **WORKER.environment}
        self.workers.append(subprocess.Popen(WORKER.command, cwd=self.root, env=environment))
        return self.workers[-1]

    def end(self) -> None:
        """Kill the workers that are left."""
        for worker in self.workers:
            if worker.poll() is None:
                worker.kill()
                worker.wait()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        connection = self.connect()
        try:
            return list(connection.execute(query).fetchall())
        finally:
            connection.close()

    def end_leases(self) -> None:
        """Move the leases of all traces and releases into the past: a dead worker's run out now."""
        connection = self.connect()
        try:
            for table in ("pipeline_trace", "review_release"):
                past = "SET lease_until = '2000-01-01 00:00:00+00:00'"
                connection.execute(f"UPDATE {table} {past} WHERE lease_until IS NOT NULL")
            connection.commit()
        finally:
            connection.close()

    def count(self, *states: str) -> int:
        listed = ", ".join(f"'{state}'" for state in states)
        query = f"SELECT count(*) FROM pipeline_trace WHERE state IN ({listed})"  # noqa: S608
        return int(self.rows(query)[0][0])

    def settled(self) -> dict[int, tuple[Any, ...]]:
        """Settled traces by id, with when and as what they were settled."""
        query = "SELECT id, settled_at, record_sha256, attempt FROM pipeline_trace"
        return {row[0]: row[1:] for row in self.rows(f"{query} WHERE state IN ('made', 'failed')")}


@contextmanager
def embedded(
    root: Path, environment: dict[str, str], migrated: Path, **changes: str
) -> Iterator[Product]:
    """The product in its embedded form: a copy of a migrated SQLite file, the filesystem broker."""
    database = Path(environment["MEDREASON_DATA_DIR"]) / DATABASE
    database.parent.mkdir(parents=True)
    shutil.copyfile(migrated, database)
    product = Product(
        root,
        environment
        | {"DJANGO_SETTINGS_MODULE": "medreason_web.settings", "PYTHONPATH": str(root)}
        | changes,
        lambda: sqlite3.connect(database, timeout=20),
    )
    try:
        yield product
    finally:
        product.end()


def until(condition: Callable[[], bool], *, patience: float = PATIENCE) -> None:
    """Wait for something that processes do, within so many seconds."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def kill_while(worker: subprocess.Popen[bytes], condition: Callable[[], bool]) -> None:
    """Kill -9 a worker at a moment at which the condition holds: it is looked at standing still."""

    def stands_so() -> bool:
        if not condition():  # first while it runs: a worker stopped again and again gets nowhere
            return False
        worker.send_signal(signal.SIGSTOP)
        time.sleep(IN_HAND)
        if condition():
            return True
        worker.send_signal(signal.SIGCONT)
        return False

    until(stands_so)
    worker.kill()
    worker.wait()
