"""A worker really killed while it makes a release: another makes it, whole and once."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.product import Product, embedded, kill_while, until

LEASE_SECONDS = 60.0
# Nobody signs in: passwords that take long to guess would only take long to set.
PREPARE = """
import django
django.setup()
from django.conf import settings
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
from review.evidence.policies import Rules, save_policy
from review.releases.lifecycle import begin_release
from tests import actors
from tests.factories.release_rows import graded_study
study, lead = graded_study(traces=400, grades=1200, benchmark=20), actors.lead()
policy = save_policy("policy", rules=Rules(), saved_by=lead)
begin_release("first", studies=[study], policy=policy, made_by=lead)
"""
RELEASE = "SELECT state, lease_token IS NOT NULL, sha256 FROM review_release"
LINES = "SELECT count(*), count(DISTINCT item_id) FROM review_releasedtrace"
MADE = "SELECT count(*) FROM pipeline_event WHERE action = 'release.made'"


@pytest.fixture
def product(
    product_environment: dict[str, str], root: Path, migrated_sqlite: Path
) -> Iterator[Product]:
    changes = {
        "MEDREASON_TRACE_LEASE_SECONDS": str(LEASE_SECONDS),
        "MEDREASON_REAP_SECONDS": "1",  # a round that meets a busy database is soon made up for
    }
    with embedded(root, product_environment, migrated_sqlite, **changes) as made:
        yield made


def _kill_packing(product: Product) -> None:
    """Kill -9 a worker in the middle of packing the release; its lease runs out."""
    worker = product.start_worker()
    until(lambda: product.rows(RELEASE)[0][1])
    kill_while(worker, lambda: any(_folder(product).glob("*.part")))
    assert product.rows(RELEASE)[0][:2] == ("making", 1)
    assert product.rows(LINES) == [(0, 0)]
    product.end_leases()


def _folder(product: Product) -> Path:
    return Path(product.environment["MEDREASON_DATA_DIR"]) / "releases"


def check_it_is_made_once(product: Product) -> None:
    product.run("-c", PREPARE)
    _kill_packing(product)
    product.start_worker()
    until(lambda: product.rows(RELEASE)[0][0] == "frozen")
    lines, items = product.rows(LINES)[0]
    assert lines == items > 0
    assert product.rows(MADE) == [(1,)]
    product.run("manage.py", "verify_release", "first")
    assert [one.suffix for one in _folder(product).iterdir()] == [".zip"]


def test_on_sqlite(product: Product):
    check_it_is_made_once(product)


@pytest.mark.requires("postgres", "redis")
@pytest.mark.xdist_group("redis")
def test_on_postgresql(product: Product, postgres_database: str, redis_broker: str):
    product.environment |= {"DATABASE_URL": postgres_database, "CELERY_BROKER_URL": redis_broker}
    product.connect = lambda: psycopg.connect(postgres_database)
    check_it_is_made_once(product)
