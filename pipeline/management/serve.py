"""`python -m pipeline.management.serve`: keep web and worker running until Ctrl-C.

What `manage.py up` becomes once all is prepared: a process afresh that knows no Django, so that
what seeding needed is gone and what waits beside the programs is small.
"""

import http.client
import os
import sys
from contextlib import closing
from pathlib import Path

from pipeline.management.supervisor import Program, Supervisor

WORKER_ENVIRONMENT = {
    # SIGTERM would let Celery wait for its tasks for ever; as SIGQUIT it waits 10 s.
    "REMAP_SIGTERM": "SIGQUIT",
    # Root is at home in a container, and messages are JSON: nothing in them is executed.
    "PYTHONWARNINGS": "ignore:You're running the worker",
    # Celery throws the results of Django's checks away, and they load every page.
    "CELERY_SKIP_CHECKS": "1",
}
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104
# What gunicorn takes off every path, and the settings put before every address.
SITE_PATH = os.environ.get("SCRIPT_NAME", "")
PROJECT = Path(__file__).resolve().parents[2]
END_MESSAGE = "\nMedReason Web has stopped; its data is kept."


def main(host: str, port: int, processes: int, concurrency: int) -> None:
    """Run web and worker, say where the web answers, and end both at a stop signal."""
    shown = WILDCARDS.get(host, host)
    Supervisor(
        programs(host=host, port=port, processes=processes, concurrency=concurrency),
        folder=PROJECT,
        say=lambda line: print(line, file=sys.stderr, flush=True),
    ).run(
        ready=lambda: answers(shown, port),
        announce=lambda: print(
            f"MedReason Web is at http://{address(shown, port)}{SITE_PATH}/ (Ctrl-C stops it)",
            flush=True,
        ),
    )
    print(END_MESSAGE)


def programs(*, host: str, port: int, processes: int, concurrency: int) -> list[Program]:
    """Web and worker, in the order in which they are ended."""
    python = sys.executable
    web = f"-m gunicorn medreason_web.wsgi --preload --worker-class gthread --workers {processes}"
    web += " --threads 4 --graceful-timeout 10 --log-level warning --no-control-socket --bind"
    worker = "-m celery --quiet -A medreason_web worker --pool threads --loglevel WARNING"
    worker += f" --without-gossip --without-mingle --without-heartbeat --concurrency {concurrency}"
    return [
        Program("web", (python, *web.split(), address(host, port))),
        Program("worker", (python, *worker.split()), WORKER_ENVIRONMENT),
    ]


def address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def answers(host: str, port: int) -> bool:
    """Whether the web child answers; below 500 counts, since a named host may be required."""
    with closing(http.client.HTTPConnection(host, port, timeout=2)) as connection:
        try:
            connection.request("GET", f"{SITE_PATH}/healthz")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
