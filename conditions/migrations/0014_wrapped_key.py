"""``Feedback.sealed_key`` is called ``wrapped_key``; its column keeps the name that the release before knows."""

from django.db import migrations, models

from portal.core.encryption.primitives import new_wrapped_key


class Migration(migrations.Migration):
    dependencies = [("conditions", "0013_more_edition_html")]

    operations = [
        migrations.AlterField(
            "feedback", "sealed_key", models.BinaryField(db_column="sealed_key", default=new_wrapped_key, editable=False)
        ),
        migrations.RenameField("feedback", "sealed_key", "wrapped_key"),
    ]
