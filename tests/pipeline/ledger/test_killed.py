"""A worker killed three times and the model's server once, in the middle of calls.

Each trace is made once in the end; no settled call is sent again, by the server's own count;
and each kill leaves at most one uncertain call a thread.
"""

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.peers.llama_cpp import Peer
from tests.peers.stub_endpoint import Stub, digest, stub_endpoint
from tests.product import Product, embedded, kill_while, until

QUESTIONS, THREADS, KILLS = 24, 8, 3
LEASE_SECONDS = 60.0
PATIENCE = 180.0
PAID = ("settled", "failed")
PREPARE = """
import sys, django
django.setup()
from tests import factories
from tests.factories import endpoints
url, size = sys.argv[1], int(sys.argv[2])
reasoner, reader = endpoints.endpoint(base_url=url), endpoints.reader(base_url=url)
factories.model_batch(size, reasoner_endpoint=reasoner, reader_endpoint=reader)
"""
CALLS = """
SELECT messages, status, attempts, reserved_tokens, input_tokens, output_tokens
FROM pipeline_llmcall ORDER BY id
"""


@pytest.fixture
def stub() -> Iterator[Stub]:
    with stub_endpoint(latency=0.15) as started:
        yield started


@pytest.fixture
def product(
    product_environment: dict[str, str], root: Path, migrated_sqlite: Path
) -> Iterator[Product]:
    changes = {
        "MEDREASON_TRACE_LEASE_SECONDS": str(LEASE_SECONDS),
        "MEDREASON_TRACE_THREADS": str(THREADS),
        # However long the server takes to come back: no call gives up, and no batch pauses.
        "MEDREASON_LLM_ATTEMPTS": "50",
        "MEDREASON_LLM_CIRCUIT_GRACE_SECONDS": str(PATIENCE),
    }
    with embedded(root, product_environment, migrated_sqlite, **changes) as made:
        yield made


@dataclass
class Counted:
    """A real server behind the stub that counts for it: they end and come back together."""

    peer: Peer
    stub: Stub

    def kill(self) -> None:
        self.stub.kill()
        self.peer.kill()

    def start(self) -> None:
        self.peer.start()
        self.stub.start()


def in_flight(product: Product) -> int:
    query = "SELECT count(*) FROM pipeline_llmcall WHERE status = 'in_flight'"
    return int(product.rows(query)[0][0])


def kill_in_mid_call(product: Product, *, after: int) -> None:
    """Kill -9 a worker that has calls in flight, once so many traces are settled."""
    worker = product.start_worker()
    until(lambda: product.count("made", "failed") >= after, patience=PATIENCE)
    kill_while(worker, lambda: in_flight(product) > 0)
    assert 0 < in_flight(product) <= THREADS
    product.end_leases()


def calls_of(product: Product) -> list[dict[str, Any]]:
    names = ("messages", "status", "attempts", "reserved", "read", "written")
    rows = [dict(zip(names, row, strict=True)) for row in product.rows(CALLS)]
    for row in rows:
        if isinstance(row["messages"], str):  # SQLite keeps JSON as text
            row["messages"] = json.loads(row["messages"])
    return rows


def check_each_trace_once_and_no_call_twice(
    product: Product, stub: Stub, *, server: Stub | Counted, size: int = QUESTIONS
) -> None:
    product.run("-c", PREPARE, stub.base_url, str(size))
    for kill in range(KILLS):
        kill_in_mid_call(product, after=size * (kill + 1) // 5)
        if kill == 0:  # later on each worker does it at its own start
            product.run("manage.py", "reap", "--once")
            assert in_flight(product) == 0
    product.start_worker()
    until(lambda: product.count("made", "failed") >= size * 4 // 5, patience=PATIENCE)
    server.kill()
    time.sleep(1)
    server.start()
    batch = "SELECT state, reserved_tokens, spent_tokens FROM pipeline_batch"
    until(lambda: product.rows(batch)[0][0] == "finished", patience=PATIENCE)
    traces = product.rows("SELECT question_id, attempt FROM pipeline_trace")
    assert len(dict(traces)) == len(traces) == size
    assert {attempt for _, attempt in traces} == {1}
    check_calls(calls_of(product), stub.received, spent=product.rows(batch)[0][1:])


def check_calls(calls: list[dict[str, Any]], received: Counter[str], *, spent: Any) -> None:
    """The ledger against the server's own count."""
    sent, ended = Counter[str](), Counter[str]()
    for call in calls:
        if call["status"] != "replayed":
            sent[digest(call["messages"])] += call["attempts"]
            ended[digest(call["messages"])] += call["status"] in PAID
    assert received <= sent
    assert set(ended.values()) <= {0, 1}
    certain = {call for call in sent if sent[call] == ended[call]}
    assert {call: received[call] for call in certain} == dict.fromkeys(certain, 1)
    uncertain = [call["reserved"] for call in calls if call["status"] == "uncertain"]
    # The server's end too leaves at most one a thread.
    assert 0 < len(uncertain) <= THREADS * (KILLS + 1)
    paid = [call["read"] + call["written"] for call in calls if call["status"] in PAID]
    assert spent == (0, sum(paid) + sum(uncertain))


def test_on_sqlite_and_the_filesystem_broker(product: Product, stub: Stub):
    check_each_trace_once_and_no_call_twice(product, stub, server=stub)
    assert product.count("made") == QUESTIONS


def test_on_a_real_server_of_random_weights(product: Product, peer_model: Path):
    with Peer(peer_model) as peer, stub_endpoint(forward=peer.base_url) as counting:
        check_each_trace_once_and_no_call_twice(
            product, counting, server=Counted(peer, counting), size=15
        )


@pytest.mark.requires("postgres", "redis")
@pytest.mark.xdist_group("redis")
def test_on_postgresql_and_redis(
    product: Product, stub: Stub, postgres_database: str, redis_broker: str
):
    product.environment |= {"DATABASE_URL": postgres_database, "CELERY_BROKER_URL": redis_broker}
    product.connect = lambda: psycopg.connect(postgres_database)
    check_each_trace_once_and_no_call_twice(product, stub, server=stub)
    assert product.count("made") == QUESTIONS
