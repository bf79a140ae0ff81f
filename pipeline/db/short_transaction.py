"""Short write transactions, made by many threads of one process at the same time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

_ONE_WRITER = threading.Lock()


@contextmanager
def short_transaction() -> Iterator[None]:
    """A transaction; on SQLite, the process's threads make theirs one after the other.

    SQLite has one writer, and whoever finds it busy sleeps up to 100 ms before asking again.
    Waiting for this lock instead costs microseconds. Within a transaction it is a savepoint.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            yield
        return
    with _ONE_WRITER, transaction.atomic():
        yield
