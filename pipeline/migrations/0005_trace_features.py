"""Features beside each trace's record, worked out for the traces made before."""

from django.db import migrations, models


def work_out(apps, schema_editor):
    from pipeline import store

    traces = apps.get_model("pipeline", "Trace")
    rows = traces.objects.using(schema_editor.connection.alias).exclude(record="")
    for row in rows.only("pk", "record").iterator(chunk_size=200):
        row.features = store.features_json(store.trace_record(row))
        row.save(update_fields=("features",))


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0004_review")]

    operations = [
        migrations.AddField("trace", "features", models.JSONField(default=dict)),
        migrations.RunPython(work_out, migrations.RunPython.noop),
    ]
