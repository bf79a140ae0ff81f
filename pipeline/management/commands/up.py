"""Start the product: prepare the data folder, then web and worker until Ctrl-C."""

import errno
import fcntl
import os
import signal
import socket
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connections

from pipeline.management import serve
from pipeline.management.migrations import migrate
from pipeline.management.static_files import collect_if_changed
from pipeline.management.supervisor import STOP_SIGNALS

LOCK_FILE = "up.lock"


class Command(BaseCommand):
    """Prepare the data folder, then become the supervisor of web and worker."""

    help = "Start the product: web and worker. Ctrl-C stops both."
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
                become_supervisor(host, port, options["web_processes"], options["concurrency"])
        except KeyboardInterrupt:
            self.stdout.write(serve.END_MESSAGE)

    def _prepare(self) -> None:
        migrate(self.stdout)
        collect_if_changed(self.stdout)
        call_command("seed", stdout=self.stdout, stderr=self.stderr)
        self._enter_endpoints()
        connections.close_all()

    def _enter_endpoints(self) -> None:
        """A mistake in their variables must not keep the product from starting."""
        try:
            call_command("endpoints", from_env=True, stdout=self.stdout)
        except CommandError as error:
            self.stderr.write(f"Endpoints of the environment: {error}")


def become_supervisor(host: str, port: int, processes: int, concurrency: int) -> None:
    """Replace this program by `serve` in the same process; does not return.

    Gone with it is the memory that preparing took; the lock on the data folder stays.
    """
    sys.stdout.flush()
    os.chdir(serve.PROJECT)
    # A stop signal waits until the supervisor counts them: none is lost, none ends in a traceback.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    numbers = map(str, (port, processes, concurrency))
    os.execv(sys.executable, [sys.executable, "-m", serve.__name__, host, *numbers])  # noqa: S606


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
                "stop it there, or set MEDREASON_DATA_DIR to another folder."
            ) from error
        os.set_inheritable(lock.fileno(), True)  # the supervisor holds it on
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
        raise CommandError(f"Cannot listen on {serve.address(host, port)}: {error}.") from error
