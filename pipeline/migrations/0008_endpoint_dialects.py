from django.db import migrations, models
from django.db.models import F
from django.db.models.functions import Coalesce

OLD_TIMEOUT = 120


def into_dialects(apps, schema_editor):
    """What was probed and entered of an endpoint, as what was found and stated of its dialect."""
    Endpoint = apps.get_model("pipeline", "Endpoint")
    for row in Endpoint.objects.exclude(capability__in=("", "embeddings")):
        row.dialect_found = {"answer_format": row.capability}
        row.save(update_fields=["dialect_found"])
    Endpoint.objects.exclude(capability="").update(
        tested_at=Coalesce(F("tested_at"), F("created_at"))
    )
    for row in Endpoint.objects.exclude(timeout_seconds=OLD_TIMEOUT):
        row.dialect_stated = {"timeout_seconds": min(row.timeout_seconds, 3600)}
        row.save(update_fields=["dialect_stated"])


def out_of_dialects(apps, schema_editor):
    Endpoint = apps.get_model("pipeline", "Endpoint")
    for row in Endpoint.objects.all():
        row.capability = row.dialect_found.get("answer_format", "")
        row.timeout_seconds = row.dialect_stated.get("timeout_seconds", OLD_TIMEOUT)
        row.save(update_fields=["capability", "timeout_seconds"])


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0007_calls_at_once")]

    operations = [
        migrations.AddField(
            model_name="endpoint",
            name="dialect_found",
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name="endpoint",
            name="dialect_stated",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.RenameField("endpoint", "capability_probed_at", "tested_at"),
        migrations.RunPython(into_dialects, out_of_dialects),
        migrations.RemoveField("endpoint", "capability"),
        migrations.RemoveField("endpoint", "timeout_seconds"),
    ]
