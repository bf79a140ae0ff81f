"""Start the product: web, worker and reaper as children of this one command."""

import errno
import fcntl
import http.client
import signal
import socket
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connections

from pipeline.management.static_files import collect_if_changed
from pipeline.management.supervisor import Program, Supervisor

WORKER_ENVIRONMENT = {
    # SIGTERM would let Celery wait for its tasks for ever; as SIGQUIT it waits 10 s.
    "REMAP_SIGTERM": "SIGQUIT",
    # Root is at home in a container, and messages are JSON: nothing in them is executed.
    "PYTHONWARNINGS": "ignore:You're running the worker",
}
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104
LOCK_FILE = "up.lock"
PROJECT = Path(__file__).resolve().parents[3]


class Command(BaseCommand):
    """Prepare the data folder, then keep web, worker and reaper running until Ctrl-C."""

    help = "Start the product: web, worker and reaper. Ctrl-C ends all three."
    # The database need not exist yet: checks that look into it come with migrate.
    requires_system_checks: list[str] = []  # noqa: RUF012

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on")
        parser.add_argument("--web-processes", type=int, default=2, help="each with 4 threads")
        parser.add_argument("--concurrency", type=int, default=4, help="worker threads")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            with only_one_per_data_folder():
                refuse_busy_port(host, port)
                self._prepare()
                self._supervise(host, port, options["web_processes"], options["concurrency"])
        except KeyboardInterrupt:
            pass
        self.stdout.write("\nMedReason Web has ended; its data is kept.")

    def _prepare(self) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        collect_if_changed()
        call_command("seed", stdout=self.stdout, stderr=self.stderr)
        self._enter_endpoints()
        connections.close_all()  # children must not inherit an open database

    def _enter_endpoints(self) -> None:
        """A mistake in their variables must not keep the product from starting."""
        try:
            call_command("endpoints", from_env=True, stdout=self.stdout)
        except CommandError as error:
            self.stderr.write(f"Endpoints of the environment: {error}")

    def _supervise(self, host: str, port: int, processes: int, concurrency: int) -> None:
        shown = WILDCARDS.get(host, host)
        Supervisor(
            programs(host=host, port=port, processes=processes, concurrency=concurrency),
            folder=PROJECT,
            say=self.stderr.write,
        ).run(
            ready=lambda: answers(shown, port),
            announce=lambda: self.stdout.write(
                f"MedReason Web is at http://{address(shown, port)}/ (Ctrl-C ends it)"
            ),
        )


def programs(*, host: str, port: int, processes: int, concurrency: int) -> list[Program]:
    """Web, worker and reaper, in the order in which they are ended."""
    python = sys.executable
    web = f"-m gunicorn medreason_web.wsgi --worker-class gthread --workers {processes}"
    web += " --threads 4 --graceful-timeout 10 --log-level warning --no-control-socket --bind"
    worker = "-m celery --quiet -A medreason_web worker --pool threads --loglevel WARNING"
    worker += f" --without-gossip --without-mingle --without-heartbeat --concurrency {concurrency}"
    return [
        Program("web", (python, *web.split(), address(host, port))),
        Program("worker", (python, *worker.split()), WORKER_ENVIRONMENT),
        Program("reaper", (python, "manage.py", "reap")),
    ]


def address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@contextmanager
def only_one_per_data_folder() -> Iterator[None]:
    """Hold the data folder's lock; a CommandError says who is in the way or what forbids it."""
    folder = Path(settings.DATA_DIR)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK_FILE).open("a")
    except OSError as error:
        raise CommandError(
            f"Cannot write to the data folder {folder} ({error.strerror}): "
            "set MEDREASON_DATA_DIR to a folder you may write to."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CommandError(
                f"MedReason Web already runs on the data folder {folder}: "
                "end it there, or set MEDREASON_DATA_DIR to another folder."
            ) from error
        yield


def refuse_busy_port(host: str, port: int) -> None:
    """Raise a CommandError in one sentence when nothing can listen there."""
    try:
        family, kind, protocol, _, target = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(target)
    except (OSError, OverflowError) as error:
        if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
            raise CommandError(
                f"Port {port} on {host} is in use: stop the other program "
                f"or use `make run PORT={port + 1}`."
            ) from error
        raise CommandError(f"Cannot listen on {address(host, port)}: {error}.") from error


def answers(host: str, port: int) -> bool:
    """Whether the web child answers; below 500 counts, since a named host may be required."""
    with closing(http.client.HTTPConnection(host, port, timeout=2)) as connection:
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
