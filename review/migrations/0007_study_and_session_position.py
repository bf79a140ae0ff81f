from django.db import migrations, models


class Migration(migrations.Migration):
    """What was stored as the position in the session was that in the study."""

    dependencies = [
        ("review", "0006_draft_tab"),
    ]

    operations = [
        migrations.RenameField("grade", "session_position", "study_position"),
        migrations.AddField(
            model_name="grade",
            name="session_position",
            field=models.PositiveIntegerField(null=True),
        ),
    ]
