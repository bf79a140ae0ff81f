"""Append-only tables: database triggers refuse to change or delete their rows.

On SQLite and PostgreSQL alike. The triggers are removed before migrations run, which may have to
change such rows, and installed again at the end of every `migrate`, because SQLite loses them when
a migration rebuilds a table. The owner of the database can remove them; the hash chains of the
audit still reveal a change.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate, pre_migrate

REFUSE_FUNCTION = """
CREATE OR REPLACE FUNCTION medreason_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = '23000';
END $$
"""


@dataclass(frozen=True)
class AppendOnly:
    """One append-only table: rows are never deleted, and only columns in `may_change` change.

    `may_turn_false`: booleans that may go from true to false only. `open_while`: a condition on
    the OLD row under which it is still incomplete; until then it may change and be deleted.
    `refused_when`: a condition on the OLD and NEW row that is refused in any case.
    """

    model: type[models.Model]
    may_change: tuple[str, ...] = ()
    may_turn_false: tuple[str, ...] = ()
    open_while: str = ""
    refused_when: str = ""

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def triggers(self) -> tuple[str, str]:
        return f"{self.table}_no_update", f"{self.table}_no_delete"


APPEND_ONLY: list[AppendOnly] = []


def register(app: AppConfig, guards: Sequence[AppendOnly]) -> None:
    """Remove the triggers of one app's tables before every migration, and install them after it."""
    APPEND_ONLY.extend(guards)

    def before(using: str, plan: Sequence[Any] = (), **_: object) -> None:
        if plan:
            remove_triggers(connections[using], guards)

    def after(using: str, **_: object) -> None:
        install_triggers(connections[using], guards)

    pre_migrate.connect(before, sender=app, weak=False)
    post_migrate.connect(after, sender=app, weak=False)


def install_triggers(
    connection: BaseDatabaseWrapper, guards: Sequence[AppendOnly] | None = None
) -> None:
    """Install the triggers on the tables that exist, replacing those that are there."""
    guards = APPEND_ONLY if guards is None else guards
    # In one transaction: at no moment does a running product lack the triggers.
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        remove_triggers(connection, guards)
        if connection.vendor == "postgresql":
            cursor.execute(REFUSE_FUNCTION)
        present = connection.introspection.table_names(cursor)
        for guard in guards:
            if guard.table not in present:
                continue
            described = connection.introspection.get_table_description(cursor, guard.table)
            for statement in _statements(connection, guard, [column.name for column in described]):
                cursor.execute(statement)


def remove_triggers(
    connection: BaseDatabaseWrapper, guards: Sequence[AppendOnly] | None = None
) -> None:
    """Remove the triggers."""
    with connection.cursor() as cursor:
        present = connection.introspection.table_names(cursor)
        for guard in APPEND_ONLY if guards is None else guards:
            if guard.table not in present:
                continue
            on = f" ON {guard.table}" if connection.vendor == "postgresql" else ""
            for trigger in (*guard.triggers, f"{guard.table}_no_truncate"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger}{on}")


def tables_without_triggers(connection: BaseDatabaseWrapper) -> list[str]:
    """Append-only tables without their triggers, by name."""
    catalogue = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(catalogue)
        present = {row[0] for row in cursor.fetchall()}
    return [guard.table for guard in APPEND_ONLY if not present.issuperset(guard.triggers)]


def _statements(
    connection: BaseDatabaseWrapper, guard: AppendOnly, columns: Sequence[str]
) -> Iterator[str]:
    postgres = connection.vendor == "postgresql"
    update, delete = guard.triggers
    condition = _refused_changes(guard, columns, "IS DISTINCT FROM" if postgres else "IS NOT")
    complete = f"NOT ({guard.open_while})" if guard.open_while else ""
    if not postgres:
        refuse = f"BEGIN SELECT RAISE(ABORT, 'rows of {guard.table} are only ever added'); END"
        yield f"CREATE TRIGGER {update} BEFORE UPDATE ON {guard.table} WHEN {condition} {refuse}"
        when = f"WHEN {complete} " if complete else ""
        yield f"CREATE TRIGGER {delete} BEFORE DELETE ON {guard.table} {when}{refuse}"
        return
    refuse = "EXECUTE FUNCTION medreason_refuse()"
    row = f"ON {guard.table} FOR EACH ROW"
    yield f"CREATE TRIGGER {update} BEFORE UPDATE {row} WHEN ({condition}) {refuse}"
    when = f"WHEN ({complete}) " if complete else ""
    yield f"CREATE TRIGGER {delete} BEFORE DELETE {row} {when}{refuse}"
    whole = f"ON {guard.table} FOR EACH STATEMENT"
    yield f"CREATE TRIGGER {guard.table}_no_truncate BEFORE TRUNCATE {whole} {refuse}"


def _refused_changes(guard: AppendOnly, columns: Sequence[str], differs: str) -> str:
    """The condition under which an update is refused."""
    fixed = [name for name in columns if name not in (*guard.may_change, *guard.may_turn_false)]
    refused = [f'OLD."{name}" {differs} NEW."{name}"' for name in fixed]
    refused += [f'(NEW."{name}" AND NOT OLD."{name}")' for name in guard.may_turn_false]
    refused += [f"({guard.refused_when})"] if guard.refused_when else []
    condition = f"({' OR '.join(refused)})"
    return f"{condition} AND NOT ({guard.open_while})" if guard.open_while else condition
