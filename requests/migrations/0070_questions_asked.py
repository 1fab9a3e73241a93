"""Which questions somebody answered who was given a new link, as codes instead of words."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("requests", "0031_queue_indexes")]

    operations = [
        migrations.AddField(
            model_name='note',
            name='asked',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=60),
        ),
    ]
