"""The words of consents as rows, which PostgreSQL lets nobody change, and a column of each consent that points to its own.

No row is touched here: the release before goes on writing consents without the column, and
`manage.py record_consents` fills it while the portal serves.
"""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

TABLE = "requests_consenttext"


def refuse_changes(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION requests_refuse_change()"
        )


class Migration(migrations.Migration):
    dependencies = [("requests", "0012_append_only")]

    operations = [
        migrations.CreateModel(
            name="ConsentText",
            fields=[
                ("sha256", models.CharField(editable=False, max_length=64, primary_key=True, serialize=False, verbose_name="SHA-256 of the words")),
                ("purpose", models.CharField(choices=[("processing", "Use of your personal data"), ("health", "Use of what you tell about health")], max_length=12)),
                ("version", models.CharField(max_length=10)),
                ("language", models.CharField(max_length=10)),
                ("text", models.TextField(verbose_name="words")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={"ordering": ["purpose", "version", "language", "created_at"]},
        ),
        # Dropped with its table.
        migrations.RunPython(refuse_changes, migrations.RunPython.noop),
        migrations.AddField(
            model_name="consent",
            name="text",
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="requests.consenttext"),
        ),
    ]
