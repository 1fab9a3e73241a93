"""``EstimateLine.procedure_code``, which no code reads, leaves the state; the release before still writes its column."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("requests", "0016_direction_label")]

    operations = [
        migrations.AlterField("estimateline", "procedure_code", models.SlugField(blank=True, db_default="")),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("estimateline", "procedure_code")]),
    ]
