"""Keyed hashes of the words of names; `manage.py rehash` fills them for the cases that are there."""

import portal.core.encryption.fields
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('requests', '0028_contacts'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='name_hashes',
            field=portal.core.encryption.fields.KeyedWordsField(db_default='', source='name'),
        ),
        migrations.AddField(
            model_name='case',
            name='patient_name_hashes',
            field=portal.core.encryption.fields.KeyedWordsField(db_default='', source='patient_name'),
        ),
    ]
