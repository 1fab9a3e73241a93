"""Tasks and calls of a case, drafts of patients, usual times; messages know language, urgency and whether they were read."""

import django.db.models.deletion
import django.utils.timezone
import portal.core.encryption.fields
import requests.models.tasks
import uuid
from typing import Any
from django.conf import settings
from django.db import migrations, models


def take_as_read(apps: Any, schema_editor: Any) -> None:
    """Messages of the release before were on the page that every patient opens: none of them is news."""
    messages = apps.get_model("requests", "Message").objects.using(schema_editor.connection.alias)
    messages.filter(direction="to_patient", read_at=None).update(read_at=models.F("created_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('requests', '0018_wrapped_key'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('public_id', models.CharField(default=requests.models.tasks.new_public_id, editable=False, max_length=12, unique=True)),
                ('for_desk', models.BooleanField(verbose_name='the desk does it')),
                ('is_shown', models.BooleanField(default=True, verbose_name='the patient sees it')),
                ('details', portal.core.encryption.fields.EncryptedTextField()),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('form_token', models.CharField(editable=False, max_length=64, null=True, unique=True)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='requests.case')),
            ],
            options={
                'ordering': ['created_at'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TaskKind',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(help_text='Stands in addresses; never changed once tasks have it.', unique=True)),
                ('name', models.CharField(help_text='What there is to do, as the patient reads it.', max_length=120)),
                ('name_en', models.CharField(help_text='What there is to do, as the patient reads it.', max_length=120, null=True)),
                ('name_ru', models.CharField(help_text='What there is to do, as the patient reads it.', max_length=120, null=True)),
                ('name_ar', models.CharField(help_text='What there is to do, as the patient reads it.', max_length=120, null=True)),
                ('name_zh_hans', models.CharField(help_text='What there is to do, as the patient reads it.', max_length=120, null=True)),
                ('name_fr', models.CharField(help_text='What there is to do, as the patient reads it.', max_length=120, null=True)),
                ('name_es', models.CharField(help_text='What there is to do, as the patient reads it.', max_length=120, null=True)),
                ('explanation', models.CharField(blank=True, help_text='How to do it, and why.', max_length=300)),
                ('explanation_en', models.CharField(blank=True, help_text='How to do it, and why.', max_length=300, null=True)),
                ('explanation_ru', models.CharField(blank=True, help_text='How to do it, and why.', max_length=300, null=True)),
                ('explanation_ar', models.CharField(blank=True, help_text='How to do it, and why.', max_length=300, null=True)),
                ('explanation_zh_hans', models.CharField(blank=True, help_text='How to do it, and why.', max_length=300, null=True)),
                ('explanation_fr', models.CharField(blank=True, help_text='How to do it, and why.', max_length=300, null=True)),
                ('explanation_es', models.CharField(blank=True, help_text='How to do it, and why.', max_length=300, null=True)),
                ('for_desk', models.BooleanField(default=False, verbose_name='the desk does it')),
                ('is_shown', models.BooleanField(default=True, verbose_name='the patient sees it')),
                ('working_days', models.PositiveSmallIntegerField(blank=True, help_text='Until when, if nobody says otherwise.', null=True, verbose_name='usual working days')),
                ('is_offered', models.BooleanField(default=True, verbose_name='the desk can ask for it')),
                ('order', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'ordering': ['order', 'code'],
            },
        ),
        migrations.AddField(
            model_name='message',
            name='about',
            field=models.CharField(blank=True, choices=[('name', 'Name'), ('patient', 'Patient'), ('email', 'E-mail'), ('phone', 'Phone'), ('place', 'Country and time zone'), ('languages', 'Languages'), ('condition', 'Condition'), ('clinic', 'Clinic'), ('package', 'Package')], db_default='', default='', max_length=10, verbose_name='fact to correct'),
        ),
        migrations.AddField(
            model_name='message',
            name='is_urgent',
            field=models.BooleanField(db_default=False, default=False, verbose_name='urgent'),
        ),
        migrations.AddField(
            model_name='message',
            name='language',
            field=models.CharField(blank=True, db_default='', default='', max_length=10),
        ),
        migrations.AddField(
            model_name='message',
            name='read_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='read by the patient'),
        ),
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('sent', 'Request sent'), ('sent_again', 'Request sent again with changes'), ('same_form', 'Same form sent with another contact'), ('quarantined', 'Held for a check'), ('mails_held', 'Automatic e-mails held'), ('released', 'Released'), ('moved', 'Status changed'), ('assigned', 'Assigned'), ('message_in', 'Message from the patient'), ('message_out', 'Message to the patient'), ('no_answer_needed', 'No answer needed'), ('note', 'Note added'), ('estimate_issued', 'Estimate issued'), ('pdf_ready', 'Estimate ready as PDF'), ('address_refused', 'E-mail address refused'), ('link_sent', 'Link to the case sent'), ('link_revoked', 'Link to the case revoked'), ('link_shown', 'Link to the case shown at the desk'), ('sent_by_hand', 'Mail sent again'), ('put_on_hold', 'Put on hold'), ('resumed', 'Hold ended'), ('papers_stated', 'Stated that the discharge papers are in and translated'), ('continued_in', 'Goes on in a new case'), ('continues', 'Opened from an earlier case'), ('fact_corrected', 'Fact corrected'), ('written_down', 'Request written down at the desk'), ('task_asked', 'Task added'), ('task_done', 'Task done'), ('task_withdrawn', 'Task withdrawn'), ('call_moved', 'Call moved to another time')], max_length=20),
        ),
        migrations.CreateModel(
            name='Call',
            fields=[
                ('task', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='call', serialize=False, to='requests.task')),
                ('minutes', models.PositiveSmallIntegerField(default=30)),
                ('channel', models.CharField(choices=[('phone', 'Phone'), ('whatsapp', 'WhatsApp'), ('telegram', 'Telegram')], max_length=10)),
                ('sequence', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.AddField(
            model_name='task',
            name='message',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='tasks', to='requests.message'),
        ),
        migrations.CreateModel(
            name='MessageDraft',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('body', portal.core.encryption.fields.EncryptedTextField()),
                ('saved_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='message_draft', to='requests.case')),
            ],
            options={
                'ordering': ['created_at'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='StepTime',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(choices=[('asked', 'You asked'), ('documents', 'Your documents'), ('clinics', 'Clinics answer'), ('estimate', 'Your estimate'), ('travel', 'You travel'), ('treatment', 'Treatment'), ('home', 'Home again')], max_length=10, unique=True)),
                ('days_from', models.PositiveSmallIntegerField(verbose_name='usually from, in days')),
                ('days_to', models.PositiveSmallIntegerField(verbose_name='to, in days')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('days_from__gte', 1), ('days_to__gte', models.F('days_from'))), name='step_time_is_a_span', violation_error_code='days_to', violation_error_message='Enter at least 1 day, and no fewer days to than from.')],
            },
        ),
        migrations.AddField(
            model_name='task',
            name='kind',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='requests.taskkind'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('done_at', None), ('withdrawn_at', None)), fields=['due_at'], name='task_open_by_due'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('for_desk', True), ('is_shown', True), _connector='OR'), name='task_of_patient_is_shown', violation_error_code='is_shown', violation_error_message='Who has a task sees it.'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(('done_at', None), ('withdrawn_at', None), _connector='OR'), name='task_done_or_withdrawn', violation_error_code='withdrawn_at', violation_error_message='What is done cannot be withdrawn.'),
        ),
        migrations.RunPython(take_as_read, migrations.RunPython.noop),
    ]
