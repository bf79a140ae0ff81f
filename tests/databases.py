"""Migrations run once: each test process, and each product under test, starts from a copy.

The migrated databases are kept until something changes that they are made from: a file in
.pytest_cache, and with PostgreSQL a database on the server.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

SOURCES = (
    "*/migrations/*.py",
    "*/models/*.py",
    "*/*/models.py",
    "*/apps.py",
    "pipeline/audit/append_only.py",
    "requirements/base.txt",
    "tests/databases.py",
)
TEMPLATES = "medreason_template_"


def _digest(root: Path) -> str:
    """Of all that a migrated database is made from."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in SOURCES for path in root.glob(pattern)):
        digest.update(f"{path.relative_to(root)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def _migrate(root: Path, data: Path, database_url: str = "") -> None:
    # Without a broker: where Redis counts limits, no table of the cache is made, and tests want it.
    elsewhere = {"DATABASE_URL", "CELERY_BROKER_URL"}
    environment = {name: value for name, value in os.environ.items() if name not in elsewhere}
    environment |= {
        "DJANGO_SETTINGS_MODULE": "medreason_web.settings",
        "MEDREASON_DATA_DIR": str(data),
    }
    if database_url:
        environment["DATABASE_URL"] = database_url
    command = (sys.executable, "manage.py", "migrate", "--verbosity", "0")
    subprocess.run(command, cwd=root, env=environment, check=True)


@pytest.fixture(scope="session")
def migrated_sqlite(root: Path) -> Path:
    """A migrated SQLite database without rows, to be copied."""
    folder = root / ".pytest_cache" / "migrated"
    folder.mkdir(parents=True, exist_ok=True)
    database = folder / f"{_digest(root)}.sqlite3"
    with (folder / "lock").open("a") as lock, tempfile.TemporaryDirectory() as data:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not database.exists():
            for outdated in folder.glob("*.sqlite3"):
                outdated.unlink()
            _migrate(root, Path(data))
            shutil.copyfile(Path(data) / "medreason.sqlite3", folder / "part")
            (folder / "part").replace(database)
    return database


def _server() -> str:
    """The server's address, ending in a slash for a database's name to follow."""
    return os.environ["MEDREASON_TEST_POSTGRES_URL"].rpartition("/")[0] + "/"


@contextmanager
def _connected() -> Iterator[Any]:
    import psycopg

    with psycopg.connect(os.environ["MEDREASON_TEST_POSTGRES_URL"], autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def migrated_postgres(root: Path) -> str:
    """Name of a migrated PostgreSQL database without rows, to be a template."""
    from psycopg.sql import SQL, Identifier

    name = f"{TEMPLATES}{_digest(root)}"
    with _connected() as connection, tempfile.TemporaryDirectory() as data:
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [TEMPLATES])
        listed = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
        templates = [row[0] for row in connection.execute(listed, [TEMPLATES])]
        if name not in templates:
            for outdated in (*templates, f"{name}_part"):
                drop = SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
                connection.execute(drop.format(Identifier(outdated)))
            part = Identifier(f"{name}_part")
            connection.execute(SQL("CREATE DATABASE {}").format(part))
            _migrate(root, Path(data), f"{_server()}{name}_part")
            rename = SQL("ALTER DATABASE {} RENAME TO {}")
            connection.execute(rename.format(part, Identifier(name)))
    return name


@contextmanager
def _copy_of(template: str) -> Iterator[str]:
    """The URL of a database like the template, dropped in the end."""
    from psycopg.sql import SQL, Identifier

    name = f"medreason_{secrets.token_hex(6)}"
    with _connected() as connection:
        create = SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(create.format(Identifier(name), Identifier(template)))
    try:
        yield f"{_server()}{name}"
    finally:
        with _connected() as connection:
            drop = SQL("DROP DATABASE {} WITH (FORCE)")
            connection.execute(drop.format(Identifier(name)))


@pytest.fixture
def postgres_database(migrated_postgres: str) -> Iterator[str]:
    """The URL of a migrated PostgreSQL database; mark the test `requires("postgres")`."""
    with _copy_of(migrated_postgres) as url:
        yield url


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """This process's database, in place of pytest-django's, which would migrate one in each."""
    from django.db import connection

    with django_db_blocker.unblock():
        connection.close()
    if connection.vendor == "sqlite":
        name = connection.settings_dict["TEST"]["NAME"]
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), name)
        connection.settings_dict["NAME"] = name
        yield
        return
    with _copy_of(request.getfixturevalue("migrated_postgres")) as url:
        connection.settings_dict["NAME"] = url.rpartition("/")[2]
        yield
        with django_db_blocker.unblock():
            connection.close()


@pytest.fixture(scope="module")
def module_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database for fixtures of a module's scope: a world made once for all its tests.

    Their rows stand in an outer transaction. Each test of the module (marked `django_db`, without
    `transaction=True`) has a savepoint of its own in it, and is rolled back to that world. Rows
    are to be fetched anew in each test where it changes them.
    """
    from django.db import connection, transaction

    world: Any = transaction.atomic()
    world._from_testcase = True  # as Django's own: durable blocks may be nested in it
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, world:
        patch.setattr(connection, "close", lambda: None)  # which Django does after each test
        yield
        transaction.set_rollback(True)
