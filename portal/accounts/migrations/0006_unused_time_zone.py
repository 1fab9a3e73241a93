"""``User.time_zone``, which no code uses, leaves the state; the release before still reads and writes its column."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_constraint_sentences")]

    operations = [
        migrations.AlterField(
            "user",
            "time_zone",
            models.CharField(default="Europe/Moscow", db_default="Europe/Moscow", max_length=40),
        ),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField("user", "time_zone")]),
    ]
