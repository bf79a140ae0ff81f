"""Real workers killed in the middle: others take up what they left, each trace exactly once."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.factories import ASKED, DRUGS, EDGES, NODES
from tests.factories.kg import write_kg
from tests.product import Product, embedded, kill_while, until

QUESTIONS = 250
LEASE_SECONDS = 60.0
# One process for all of it: each start of Django costs a second.
PREPARE = """
import sys, django
django.setup()
from django.core.management import call_command
call_command("load_kg", sys.argv[1], name="small")
call_command("load_questions", sys.argv[2], source="house", name="asked")
call_command("generate", questions="asked", graph="small")
"""
# Workers that died hold every trace; one lease has run out.
LEAVE_CLAIMED = """
from datetime import timedelta
from uuid import uuid4
from django.utils import timezone
from pipeline.models import Trace
hour = timedelta(hours=1)
Trace.objects.update(state="claimed", lease_token=uuid4(), lease_until=timezone.now() + hour)
Trace.objects.filter(pk=Trace.objects.first().pk).update(lease_until=timezone.now() - hour)
"""


def prepare(product: Product, folder: Path, *, size: int = QUESTIONS, then: str = "") -> None:
    """Graph, questions and a running batch, rung for."""
    graph = write_kg(folder / "kg.csv", NODES, EDGES)
    options = dict(zip("ABCD", DRUGS, strict=True))
    lines = []
    for number in range(size):
        text, answer = ASKED[number % len(ASKED)]
        label = "ABCD"[DRUGS.index(answer)]
        line = {"id": f"q{number}", "question": f"{text} Case {number}.", "options": options}
        lines.append(json.dumps(line | {"answer_idx": label, "answer": answer}))
    questions = folder / "asked.jsonl"
    questions.write_text("\n".join(lines))
    product.run("-c", PREPARE + then, str(graph), str(questions))


def kill_at_work(product: Product, *, after: int) -> dict[int, tuple[Any, ...]]:
    """Kill -9 a worker that has settled so many traces and holds another; what was settled."""
    worker = product.start_worker()
    until(lambda: product.count("made", "failed") >= after)
    kill_while(worker, lambda: product.count("claimed") > 0)
    assert product.count("claimed") > 0
    product.end_leases()
    return product.settled()


def check_each_trace_is_made_once(product: Product, folder: Path) -> None:
    prepare(product, folder)
    first = kill_at_work(product, after=QUESTIONS // 5)
    second = kill_at_work(product, after=len(first) + QUESTIONS // 5)
    assert len(first) < len(second) < QUESTIONS
    product.start_worker()
    product.run("manage.py", "reap", "--once")
    until(lambda: product.rows("SELECT state FROM pipeline_batch") == [("finished",)])
    last = product.settled()
    assert len(last) == QUESTIONS == product.rows("SELECT count(*) FROM pipeline_trace")[0][0]
    assert product.rows("SELECT count(DISTINCT question_id) FROM pipeline_trace") == [(QUESTIONS,)]
    assert all(digest and attempt == 1 for _, digest, attempt in last.values())
    # What was settled when the workers died was not touched again.
    assert {pk: last[pk] for pk in second} == second
    assert {pk: last[pk] for pk in first} == first


@pytest.fixture
def product(
    product_environment: dict[str, str], root: Path, migrated_sqlite: Path
) -> Iterator[Product]:
    lease = {"MEDREASON_TRACE_LEASE_SECONDS": str(LEASE_SECONDS)}
    with embedded(root, product_environment, migrated_sqlite, **lease) as made:
        yield made


def test_on_sqlite_and_the_filesystem_broker(product: Product, tmp_path: Path):
    check_each_trace_is_made_once(product, tmp_path)


def test_a_worker_goes_round_at_its_start_and_again_while_it_runs(product, tmp_path):
    product.environment |= {"MEDREASON_REAP_SECONDS": "0.2"}
    prepare(product, tmp_path, size=3, then=LEAVE_CLAIMED)
    messages = Path(product.environment["MEDREASON_DATA_DIR"]) / "broker" / "queue"
    for message in messages.iterdir():
        message.unlink()
    product.start_worker()
    until(lambda: product.count("made") == 1)
    with closing(product.connect()) as database, database:
        database.execute("UPDATE pipeline_trace SET lease_until = '2000-01-01 00:00:00'")
    until(lambda: product.rows("SELECT state FROM pipeline_batch") == [("finished",)])


@pytest.mark.requires("postgres", "redis")
@pytest.mark.xdist_group("redis")
def test_on_postgresql_and_redis(
    product: Product, tmp_path: Path, postgres_database: str, redis_broker: str
):
    product.environment |= {"DATABASE_URL": postgres_database, "CELERY_BROKER_URL": redis_broker}
    product.connect = lambda: psycopg.connect(postgres_database)
    check_each_trace_is_made_once(product, tmp_path)
