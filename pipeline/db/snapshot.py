"""Long readings of the database as it was at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction


@contextmanager
def one_moment() -> Iterator[None]:
    """Every query within sees the database as it was at the first; nobody is kept from writing.

    For reading only. Within a transaction it is a part of that.
    """
    if connection.in_atomic_block:
        with transaction.atomic():
            yield
    elif connection.vendor == "sqlite":
        with _not_claiming_to_write(), transaction.atomic():
            yield
    else:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            yield


@contextmanager
def _not_claiming_to_write() -> Iterator[None]:
    """SQLite's transactions lock out other writers from their start, unless they are deferred."""
    connection.ensure_connection()  # which is when the settings are read
    sqlite: Any = connection
    usual, sqlite.transaction_mode = sqlite.transaction_mode, "DEFERRED"
    try:
        yield
    finally:
        sqlite.transaction_mode = usual
