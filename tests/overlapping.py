"""Two transactions at once: the second begins while what the first wrote is not committed."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction

# For the second to look, and to come to wait for the first. A slower one only proves less.
HEAD_START = 0.5


@contextmanager
def before_commit(act: Callable[[], object]) -> Iterator[list[object]]:
    """The block is a transaction, and `act` begins in a thread of its own just before its end.

    Yields a list that afterwards holds what `act` returned or raised.
    """
    outcome: list[object] = []

    def work() -> None:
        try:
            outcome.append(act())
        except Exception as error:
            outcome.append(error)
        finally:
            connection.close()

    other = threading.Thread(target=work)
    with transaction.atomic():
        yield outcome
        other.start()
        other.join(HEAD_START)
    other.join()
