"""Second owner, absences, handover notes, and the areas that a coordinator knows."""

import django.db.models.deletion
import django.utils.timezone
import portal.core.encryption.fields
import portal.core.encryption.primitives
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('clinics', '0007_portraits'),
        ('conditions', '0014_wrapped_key'),
        ('requests', '0031_queue_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('begins_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('entered_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('form_token', models.CharField(editable=False, max_length=64, null=True, unique=True)),
                ('handed_over_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='over since')),
            ],
            options={
                'ordering': ['begins_on', 'entered_at'],
            },
        ),
        migrations.CreateModel(
            name='HandoverNote',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('wrapped_key', models.BinaryField(default=portal.core.encryption.primitives.new_wrapped_key)),
                ('body', portal.core.encryption.fields.EncryptedTextField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('form_token', models.CharField(editable=False, max_length=64, null=True, unique=True)),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='HandoverRead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'ordering': ['at'],
            },
        ),
        migrations.RemoveIndex(
            model_name='case',
            name='case_current',
        ),
        migrations.AddField(
            model_name='case',
            name='second_owner',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='second_cases', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='coordinatorprofile',
            name='areas',
            field=models.ManyToManyField(blank=True, help_text='What they know: cases of these areas are suggested to them. Patients do not see it.', related_name='+', to='conditions.area', verbose_name='areas'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('status__in', ('new', 'triage', 'waiting_documents', 'documents_complete', 'with_clinics', 'offers_in', 'estimate_sent', 'accepted', 'travel', 'arrived', 'in_treatment', 'recovery')), ('waiting_since__isnull', False), _connector='OR'), fields=['answer_by', '-created_at', 'status', 'owner', 'second_owner', 'is_quarantined', 'waiting_since', 'on_hold_until', 'id'], name='case_current'),
        ),
        migrations.AddField(
            model_name='absence',
            name='cases',
            field=models.ManyToManyField(related_name='+', to='requests.case'),
        ),
        migrations.AddField(
            model_name='absence',
            name='entered_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='absence',
            name='substitute',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='absence',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='absences', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='handovernote',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='handovernote',
            name='cases',
            field=models.ManyToManyField(related_name='+', to='requests.case'),
        ),
        migrations.AddField(
            model_name='handoverread',
            name='note',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reads', to='requests.handovernote'),
        ),
        migrations.AddField(
            model_name='handoverread',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('begins_on'))), name='absence_ends_after_it_begins', violation_error_code='ends_on', violation_error_message='The last day away is the first one or a later one.'),
        ),
        migrations.AddConstraint(
            model_name='absence',
            constraint=models.CheckConstraint(condition=models.Q(('substitute', models.F('user')), _negated=True), name='nobody_stands_in_for_themselves', violation_error_code='substitute', violation_error_message='Somebody else stands in.'),
        ),
        migrations.AddConstraint(
            model_name='handoverread',
            constraint=models.UniqueConstraint(fields=('note', 'user'), name='note_is_read_once_by_each', violation_error_code='user', violation_error_message='This note is marked as read already.'),
        ),
    ]
