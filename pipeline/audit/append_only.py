"""Guards: the database itself refuses to change or delete rows that are only ever added.

Triggers, on SQLite and PostgreSQL alike. They are put back at the end of every `migrate`,
because SQLite loses them when a migration rebuilds a table, and lifted before migrations run,
which may have to touch such rows. Whoever owns the database can remove them: the hash chains
then still tell.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate, pre_migrate

REFUSE = """
CREATE OR REPLACE FUNCTION medreason_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = '23000';
END $$
"""


@dataclass(frozen=True)
class Guard:
    """One guarded table. A row is never deleted, and no column outside `may_change` changes.

    `may_fall` are booleans that may go from true to false only. `open_while` is a condition on
    the OLD row under which it is still being made: until then anything may change, and the row
    may go. `never` is a condition on the OLD and the NEW row that is refused whatever may change.
    """

    model: type[models.Model]
    may_change: tuple[str, ...] = ()
    may_fall: tuple[str, ...] = ()
    open_while: str = ""
    never: str = ""

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def triggers(self) -> tuple[str, str]:
        return f"{self.table}_no_update", f"{self.table}_no_delete"


GUARDS: list[Guard] = []


def register(app: AppConfig, guards: Sequence[Guard]) -> None:
    """Have the guards of one app lifted before, and put back after, every migration."""
    GUARDS.extend(guards)

    def before(using: str, plan: Sequence[Any] = (), **_: object) -> None:
        if plan:
            lift(connections[using], guards)

    def after(using: str, **_: object) -> None:
        install(connections[using], guards)

    pre_migrate.connect(before, sender=app, weak=False)
    post_migrate.connect(after, sender=app, weak=False)


def install(connection: BaseDatabaseWrapper, guards: Sequence[Guard] | None = None) -> None:
    """Put the triggers on the tables that are there; again where they are already."""
    guards = GUARDS if guards is None else guards
    # In one transaction: there is no moment at which a running product has no guards.
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        lift(connection, guards)
        if connection.vendor == "postgresql":
            cursor.execute(REFUSE)
        present = connection.introspection.table_names(cursor)
        for guard in guards:
            if guard.table not in present:
                continue
            described = connection.introspection.get_table_description(cursor, guard.table)
            for statement in _statements(connection, guard, [one.name for one in described]):
                cursor.execute(statement)


def lift(connection: BaseDatabaseWrapper, guards: Sequence[Guard] | None = None) -> None:
    """Take the triggers away."""
    with connection.cursor() as cursor:
        present = connection.introspection.table_names(cursor)
        for guard in GUARDS if guards is None else guards:
            if guard.table not in present:
                continue
            on = f" ON {guard.table}" if connection.vendor == "postgresql" else ""
            for trigger in (*guard.triggers, f"{guard.table}_no_truncate"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger}{on}")


def unguarded(connection: BaseDatabaseWrapper) -> list[str]:
    """Guarded tables whose triggers are not there, by name."""
    catalogue = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(catalogue)
        present = {row[0] for row in cursor.fetchall()}
    return [guard.table for guard in GUARDS if not present.issuperset(guard.triggers)]


def _statements(
    connection: BaseDatabaseWrapper, guard: Guard, columns: Sequence[str]
) -> Iterator[str]:
    postgres = connection.vendor == "postgresql"
    update, delete = guard.triggers
    condition = _changed(guard, columns, "IS DISTINCT FROM" if postgres else "IS NOT")
    made = f"NOT ({guard.open_while})" if guard.open_while else ""
    if not postgres:
        refuse = f"BEGIN SELECT RAISE(ABORT, 'rows of {guard.table} are only ever added'); END"
        yield f"CREATE TRIGGER {update} BEFORE UPDATE ON {guard.table} WHEN {condition} {refuse}"
        when = f"WHEN {made} " if made else ""
        yield f"CREATE TRIGGER {delete} BEFORE DELETE ON {guard.table} {when}{refuse}"
        return
    refuse = "EXECUTE FUNCTION medreason_refuse()"
    row = f"ON {guard.table} FOR EACH ROW"
    yield f"CREATE TRIGGER {update} BEFORE UPDATE {row} WHEN ({condition}) {refuse}"
    when = f"WHEN ({made}) " if made else ""
    yield f"CREATE TRIGGER {delete} BEFORE DELETE {row} {when}{refuse}"
    whole = f"ON {guard.table} FOR EACH STATEMENT"
    yield f"CREATE TRIGGER {guard.table}_no_truncate BEFORE TRUNCATE {whole} {refuse}"


def _changed(guard: Guard, columns: Sequence[str], differs: str) -> str:
    """The condition under which an update is refused."""
    fixed = [name for name in columns if name not in (*guard.may_change, *guard.may_fall)]
    refused = [f'OLD."{name}" {differs} NEW."{name}"' for name in fixed]
    refused += [f'(NEW."{name}" AND NOT OLD."{name}")' for name in guard.may_fall]
    refused += [f"({guard.never})"] if guard.never else []
    condition = f"({' OR '.join(refused)})"
    return f"{condition} AND NOT ({guard.open_while})" if guard.open_while else condition
