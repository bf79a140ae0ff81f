"""Files that someone described, and the same question found again with another key."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

CHUNK = 500


def work_out(apps, schema_editor):
    from pipeline.core.datasets.sameness import asked_sha256

    questions = apps.get_model("pipeline", "Question").objects.using(schema_editor.connection.alias)
    last = 0
    while rows := list(
        questions.filter(pk__gt=last).order_by("pk").only("text", "context")[:CHUNK]
    ):
        for row in rows:
            row.asked_sha256 = asked_sha256(row.text, row.context)
        questions.bulk_update(rows, ("asked_sha256",))
        last = rows[-1].pk


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("pipeline", "0009_configurations"),
    ]

    operations = [
        migrations.AddField(
            "question", "asked_sha256", models.CharField(db_index=True, default="", max_length=64)
        ),
        migrations.RunPython(work_out, migrations.RunPython.noop),
        migrations.AddField("questionload", "skipped", models.PositiveIntegerField(default=0)),
        migrations.AddField(
            "questionload", "key_counts_from", models.PositiveSmallIntegerField(null=True)
        ),
        migrations.AddField("questionload", "conflicting", models.PositiveIntegerField(default=0)),
        migrations.AddField("questionload", "conflicts", models.JSONField(default=list)),
        migrations.CreateModel(
            name="FileMapping",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.SlugField(max_length=40, unique=True)),
                ("mapping", models.JSONField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"ordering": ("name",)},
        ),
    ]
