"""The database refuses to change or delete what is only ever added, on whichever engine."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from pipeline.audit import append_only
from pipeline.models import Event, EventChain, Login
from review.evidence.policies import save_policy
from review.models import Grade, PathGrade, Release, ReleasedTrace, StepLabel, Study
from review.releases.lifecycle import withdraw_release
from tests import actors, factories
from tests.factories import make_release
from tests.review.submitting import grade_all

pytestmark = [pytest.mark.django_db, pytest.mark.database_dialect]


@pytest.fixture
def study() -> Study:
    ann = actors.reviewer("ann")
    study = factories.study(ann, opened_by=actors.lead())
    grade_all(study, ann)
    Login.objects.create(kind=Login.Kind.SIGNED_IN)
    policy = save_policy("open", rules=factories.UNGRADED, saved_by=study.created_by)
    make_release("first", study=study, policy=policy, made_by=study.created_by)
    StepLabel.objects.create(grade=Grade.objects.first(), step=1, label="correct")
    return study


CHANGES: list[tuple[type[Model], dict[str, object]]] = [
    (Event, {"action": "other"}),
    (EventChain, {"name": "other"}),
    (Login, {"kind": "failed"}),
    (Grade, {"cot_precision": 1}),
    (Grade, {"comment": "other"}),
    (StepLabel, {"label": "incorrect"}),
    (PathGrade, {"coherence": 1}),
    (Release, {"sha256": "0" * 64}),
    (Release, {"manifest": {}}),
    (Release, {"texts": {}}),
    (ReleasedTrace, {"line": "{}"}),
    (ReleasedTrace, {"left_out": "not accepted"}),
]


def refused(write) -> bool:
    try:
        with transaction.atomic():
            write()
    except IntegrityError:
        return True
    return False


@pytest.mark.parametrize(("model", "change"), CHANGES, ids=lambda value: str(value)[:40])
def test_nothing_is_changed(study, model, change):
    row = model._default_manager.order_by("pk").first()
    assert refused(lambda: model._default_manager.filter(pk=row.pk).update(**change))


@pytest.mark.parametrize("model", sorted({model for model, _ in CHANGES}, key=str))
def test_nothing_is_deleted(study, model):
    table, pk = model._meta.db_table, model._default_manager.order_by("pk").first().pk

    def delete() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE id = %s", [pk])  # noqa: S608

    assert refused(delete)
    assert model._default_manager.filter(pk=pk).exists()


def test_a_grade_may_only_cease_to_be_current(study):
    grade = Grade.objects.first()
    assert Grade.objects.filter(pk=grade.pk).update(is_current=False)
    assert refused(lambda: Grade.objects.filter(pk=grade.pk).update(is_current=True))


def test_a_release_may_be_withdrawn(study):
    release = Release.objects.get()
    withdraw_release(release, reason="wrong graph", by=study.created_by)
    assert release.state == Release.State.WITHDRAWN


def test_every_guard_stands_after_a_migrate_and_its_absence_is_told(study):
    assert append_only.tables_without_triggers(connection) == []
    append_only.remove_triggers(connection)
    assert "review_grade" in append_only.tables_without_triggers(connection)
    call_command("migrate", verbosity=0)
    assert append_only.tables_without_triggers(connection) == []


def test_migrations_find_the_tables_open(study):
    from django.apps import apps
    from django.db.models.signals import pre_migrate

    app = apps.get_app_config("review")
    pre_migrate.send(sender=app, using="default", plan=[])
    assert append_only.tables_without_triggers(connection) == []
    pre_migrate.send(sender=app, using="default", plan=["a migration"])
    assert "review_grade" in append_only.tables_without_triggers(connection)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
def test_no_table_is_emptied(study):
    def empty() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("TRUNCATE pipeline_login")

    assert refused(empty)
