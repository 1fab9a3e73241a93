"""``Case.sealed_key`` is called ``wrapped_key``; its column keeps the name that the release before knows."""

from django.db import migrations, models

from portal.core.encryption.primitives import new_wrapped_key


class Migration(migrations.Migration):
    dependencies = [("requests", "0017_unused_procedure_code")]

    operations = [
        migrations.AlterField(
            "case", "sealed_key", models.BinaryField(db_column="sealed_key", default=new_wrapped_key)
        ),
        migrations.RenameField("case", "sealed_key", "wrapped_key"),
    ]
