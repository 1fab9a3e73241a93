"""Reminders by whose turn it is, notes that count once, reasons of endings, moves that a lead made without their facts."""

import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('requests', '0032_assignment'),
    ]

    operations = [
        migrations.CreateModel(
            name='EndReason',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('code', models.SlugField(unique=True, verbose_name='code')),
                ('ending', models.CharField(choices=[('closed', 'Closed'), ('declined_by_patient', 'Declined by patient'), ('declined_by_us', 'Declined by us'), ('no_answer', 'No answer'), ('duplicate', 'Duplicate'), ('spam', 'Spam')], max_length=20, verbose_name='ending')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('name_en', models.CharField(max_length=120, null=True, verbose_name='name')),
                ('name_ru', models.CharField(max_length=120, null=True, verbose_name='name')),
                ('name_ar', models.CharField(max_length=120, null=True, verbose_name='name')),
                ('name_zh_hans', models.CharField(max_length=120, null=True, verbose_name='name')),
                ('name_fr', models.CharField(max_length=120, null=True, verbose_name='name')),
                ('name_es', models.CharField(max_length=120, null=True, verbose_name='name')),
                ('is_active', models.BooleanField(default=True, verbose_name='can be selected')),
                ('order', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
            ],
            options={
                'verbose_name': 'reason of an ending',
                'verbose_name_plural': 'reasons of endings',
                'ordering': ['order', 'code'],
            },
        ),
        migrations.AddField(
            model_name='note',
            name='form_token',
            field=models.CharField(editable=False, max_length=64, null=True),
        ),
        migrations.AddField(
            model_name='task',
            name='turn',
            field=models.CharField(blank=True, choices=[('patient', 'Patient’s turn, ask again'), ('us', 'Our turn, come back'), ('call', 'We call'), ('clinics', 'Clinics’ turn, ask them again'), ('as_it_is', 'As it is')], db_default='', default='', editable=False, max_length=10),
        ),
        migrations.AddField(
            model_name='case',
            name='end_reason',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='requests.endreason'),
        ),
    ]
