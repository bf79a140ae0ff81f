"""Long steps say what they do: few plain lines where nobody watches a bar."""

import io

import pytest
from django.core.management import call_command
from django.core.management.base import OutputWrapper

from pipeline.management import migrations
from pipeline.management.progress import progress


def lines_of(total: int) -> list[str]:
    out = io.StringIO()
    with progress(OutputWrapper(out), "Counting", total) as count:
        for _ in range(total):
            count()
    return out.getvalue().splitlines()


def test_a_line_at_each_quarter_and_no_bar():
    assert lines_of(43) == ["Counting ...", "  11 of 43", "  22 of 43", "  33 of 43", "  43 of 43"]
    assert lines_of(2) == ["Counting ...", "  1 of 2", "  2 of 2"]
    assert lines_of(0) == ["Counting ..."]


@pytest.mark.django_db
def test_a_database_that_is_up_to_date_is_silent():
    out = io.StringIO()
    migrations.migrate(OutputWrapper(out))
    assert out.getvalue() == ""


@pytest.mark.django_db(transaction=True)
def test_each_migration_is_counted():
    call_command("migrate", "sessions", "zero", verbosity=0)
    out = io.StringIO()
    migrations.migrate(OutputWrapper(out))
    assert out.getvalue().splitlines() == ["Setting up the database: 1 migration ...", "  1 of 1"]
