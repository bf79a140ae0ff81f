"""A worker really killed while it makes a release: another makes it, whole and once."""

import signal
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

import psycopg
import pytest

from tests.product import Product, until

LEASE_SECONDS = 3.0
PATIENCE = 90.0
PREPARE = """
import django
django.setup()
from django.core.management import call_command
from review.policies import Rules, save_policy
from review.releasing import begin_release
from tests import actors
from tests.factories_release_rows import graded_study
call_command("migrate", verbosity=0)
study, lead = graded_study(traces=400, grades=1200, benchmark=20), actors.lead()
policy = save_policy("policy", rules=Rules(), saved_by=lead)
begin_release("first", study=study, policy=policy, made_by=lead)
"""
RELEASE = "SELECT state, lease_token IS NOT NULL, sha256 FROM review_release"
LINES = "SELECT count(*), count(DISTINCT item_id) FROM review_releasedtrace"
MADE = "SELECT count(*) FROM pipeline_event WHERE action = 'release.made'"


@pytest.fixture
def product(product_environment: dict[str, str], root: Path) -> Iterator[Product]:
    environment = product_environment | {
        "DJANGO_SETTINGS_MODULE": "medreason_web.settings",
        "MEDREASON_TRACE_LEASE_SECONDS": str(LEASE_SECONDS),
        "PYTHONWARNINGS": "ignore:You're running the worker",
        "PYTHONPATH": str(root),
    }
    database = Path(environment["MEDREASON_DATA_DIR"]) / "medreason.sqlite3"
    made = Product(root, environment, lambda: sqlite3.connect(database, timeout=20))
    yield made
    made.end()


def _kill_holding_it(product: Product, *, after: float) -> None:
    """Kill -9 a worker so many seconds after it took the release; wait till its hold is over."""
    worker = product.start_worker()
    until(lambda: _is_held(product, worker, after), patience=PATIENCE)
    worker.kill()
    worker.wait()
    assert product.rows(RELEASE)[0][0] == "making"
    assert product.rows(LINES) == [(0, 0)]
    time.sleep(LEASE_SECONDS)


def _is_held(product: Product, worker: "Popen[bytes]", after: float) -> bool:
    """Whether it is; then the worker is left standing in the middle of it."""
    if not product.rows(RELEASE)[0][1]:
        return False
    time.sleep(after)
    worker.send_signal(signal.SIGSTOP)
    assert product.rows(RELEASE)[0][:2] == ("making", 1), "made before it could be killed"
    return True


def check_it_is_made_once(product: Product) -> None:
    product.run("-c", PREPARE)
    _kill_holding_it(product, after=0.5)
    product.start_worker()
    until(lambda: product.rows(RELEASE)[0][0] == "frozen", patience=PATIENCE)
    lines, items = product.rows(LINES)[0]
    assert lines == items > 0
    assert product.rows(MADE) == [(1,)]
    product.run("manage.py", "verify_release", "first")
    folder = Path(product.environment["MEDREASON_DATA_DIR"]) / "releases"
    assert [one.suffix for one in folder.iterdir()] == [".zip"]


def test_on_sqlite(product: Product):
    check_it_is_made_once(product)


@pytest.mark.requires("postgres", "redis")
@pytest.mark.xdist_group("redis")
def test_on_postgresql(product: Product, postgres_database: str, redis_broker: str):
    product.environment |= {"DATABASE_URL": postgres_database, "CELERY_BROKER_URL": redis_broker}
    product.connect = lambda: psycopg.connect(postgres_database)
    check_it_is_made_once(product)
