"""What the desk did besides writing a note, as codes instead of words."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("requests", "0034_roles")]

    operations = [
        migrations.AddField(
            model_name='note',
            name='deed',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=100),
        ),
    ]
