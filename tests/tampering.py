"""Past the database's guards: for tests that tamper, and for emptying the tables after a test."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase

from pipeline.audit.append_only import remove_triggers


@pytest.fixture
def unguarded(db) -> None:
    """Lift the triggers for one test, as someone who owns the database can."""
    remove_triggers(connection)


@pytest.fixture(autouse=True, scope="session")
def _tables_can_be_emptied() -> Iterator[None]:
    """Tests outside a transaction empty all tables at their end; that puts the triggers back."""
    case: Any = TransactionTestCase
    empty = case._fixture_teardown

    def past_the_guards(self: TransactionTestCase) -> None:
        remove_triggers(connection)
        empty(self)

    case._fixture_teardown = past_the_guards
    yield
    case._fixture_teardown = empty
