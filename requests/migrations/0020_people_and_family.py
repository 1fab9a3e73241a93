"""Coordinators and numbers that patients see; who the patient is; accounts and links for the family."""

import clinics.models.people
import django.db.models.deletion
import django.utils.timezone
import portal.core.encryption.fields
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('requests', '0019_tasks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ContactNumber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(choices=[('phone', 'Phone'), ('whatsapp', 'WhatsApp'), ('telegram', 'Telegram')], max_length=10)),
                ('number', models.CharField(help_text='With its country, like +7 495 123 45 67.', max_length=40)),
                ('hours', models.CharField(blank=True, max_length=150)),
                ('hours_en', models.CharField(blank=True, max_length=150, null=True)),
                ('hours_ru', models.CharField(blank=True, max_length=150, null=True)),
                ('hours_ar', models.CharField(blank=True, max_length=150, null=True)),
                ('hours_zh_hans', models.CharField(blank=True, max_length=150, null=True)),
                ('hours_fr', models.CharField(blank=True, max_length=150, null=True)),
                ('hours_es', models.CharField(blank=True, max_length=150, null=True)),
                ('is_urgent', models.BooleanField(default=False, verbose_name='for trouble during a trip')),
                ('order', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'ordering': ['order', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='CoordinatorProfile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, help_text='As patients read it; empty: the name of the account.', max_length=120)),
                ('name_en', models.CharField(blank=True, help_text='As patients read it; empty: the name of the account.', max_length=120, null=True)),
                ('name_ru', models.CharField(blank=True, help_text='As patients read it; empty: the name of the account.', max_length=120, null=True)),
                ('name_ar', models.CharField(blank=True, help_text='As patients read it; empty: the name of the account.', max_length=120, null=True)),
                ('name_zh_hans', models.CharField(blank=True, help_text='As patients read it; empty: the name of the account.', max_length=120, null=True)),
                ('name_fr', models.CharField(blank=True, help_text='As patients read it; empty: the name of the account.', max_length=120, null=True)),
                ('name_es', models.CharField(blank=True, help_text='As patients read it; empty: the name of the account.', max_length=120, null=True)),
                ('languages', models.JSONField(blank=True, default=list, validators=[clinics.models.people.check_languages])),
                ('hours', models.CharField(blank=True, help_text='For instance: Monday to Friday, 9 to 18 Moscow time.', max_length=150)),
                ('hours_en', models.CharField(blank=True, help_text='For instance: Monday to Friday, 9 to 18 Moscow time.', max_length=150, null=True)),
                ('hours_ru', models.CharField(blank=True, help_text='For instance: Monday to Friday, 9 to 18 Moscow time.', max_length=150, null=True)),
                ('hours_ar', models.CharField(blank=True, help_text='For instance: Monday to Friday, 9 to 18 Moscow time.', max_length=150, null=True)),
                ('hours_zh_hans', models.CharField(blank=True, help_text='For instance: Monday to Friday, 9 to 18 Moscow time.', max_length=150, null=True)),
                ('hours_fr', models.CharField(blank=True, help_text='For instance: Monday to Friday, 9 to 18 Moscow time.', max_length=150, null=True)),
                ('hours_es', models.CharField(blank=True, help_text='For instance: Monday to Friday, 9 to 18 Moscow time.', max_length=150, null=True)),
            ],
            options={
                'ordering': ['user__name', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='FamilyLink',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('name', portal.core.encryption.fields.EncryptedTextField()),
                ('shows_medical', models.BooleanField(default=False, verbose_name='medical details are shown')),
                ('email', portal.core.encryption.fields.EncryptedTextField()),
                ('email_refused_at', models.DateTimeField(blank=True, null=True)),
                ('form_token', models.CharField(editable=False, max_length=64, null=True, unique=True)),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-created_at'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PatientLink',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('email', portal.core.encryption.fields.EncryptedTextField()),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['created_at'],
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PatientStatement',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('name', portal.core.encryption.fields.EncryptedTextField()),
                ('birth_date', portal.core.encryption.fields.EncryptedTextField()),
                ('stated_by', models.CharField(choices=[('patient', 'The patient'), ('parent', 'A parent'), ('guardian', 'A legal guardian')], max_length=10)),
                ('way', models.CharField(blank=True, choices=[('phone', 'By phone'), ('video', 'In a video call'), ('in_person', 'In person'), ('paper', 'On paper, signed')], max_length=10)),
            ],
            options={
                'ordering': ['created_at'],
                'abstract': False,
            },
        ),
        migrations.RemoveConstraint(
            model_name='consent',
            name='consent_was_given_somewhere',
        ),
        migrations.AddField(
            model_name='case',
            name='account',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='own_cases', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='accessevent',
            name='actor_kind',
            field=models.CharField(choices=[('patient', 'patient'), ('staff', 'staff'), ('system', 'system'), ('family', 'family')], max_length=8),
        ),
        migrations.AlterField(
            model_name='accessevent',
            name='kind',
            field=models.CharField(choices=[('case', 'case page'), ('estimate', 'estimate'), ('family', 'family link opened')], max_length=10),
        ),
        migrations.AlterField(
            model_name='event',
            name='actor_kind',
            field=models.CharField(choices=[('patient', 'patient'), ('staff', 'staff'), ('system', 'system'), ('family', 'family')], max_length=8),
        ),
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('sent', 'Request sent'), ('sent_again', 'Request sent again with changes'), ('same_form', 'Same form sent with another contact'), ('quarantined', 'Held for a check'), ('mails_held', 'Automatic e-mails held'), ('released', 'Released'), ('moved', 'Status changed'), ('assigned', 'Assigned'), ('message_in', 'Message from the patient'), ('message_out', 'Message to the patient'), ('no_answer_needed', 'No answer needed'), ('note', 'Note added'), ('estimate_issued', 'Estimate issued'), ('pdf_ready', 'Estimate ready as PDF'), ('address_refused', 'E-mail address refused'), ('link_sent', 'Link to the case sent'), ('link_revoked', 'Link to the case revoked'), ('link_shown', 'Link to the case shown at the desk'), ('sent_by_hand', 'Mail sent again'), ('put_on_hold', 'Put on hold'), ('resumed', 'Hold ended'), ('papers_stated', 'Stated that the discharge papers are in and translated'), ('continued_in', 'Goes on in a new case'), ('continues', 'Opened from an earlier case'), ('fact_corrected', 'Fact corrected'), ('written_down', 'Request written down at the desk'), ('task_asked', 'Task added'), ('task_done', 'Task done'), ('task_withdrawn', 'Task withdrawn'), ('patient_asked', 'Patient asked for their own consent'), ('patient_stated', 'Patient named, with consent'), ('call_moved', 'Call moved to another time'), ('joined_account', 'Taken into the patient’s account'), ('left_account', 'Taken out of the patient’s account'), ('erasure_asked', 'Patient asks to erase the case'), ('family_link_made', 'Family link made'), ('family_link_renewed', 'Family link renewed'), ('family_link_changed', 'Family link shows more or less'), ('family_link_mailed', 'Family link mailed'), ('family_link_revoked', 'Family link revoked')], max_length=20),
        ),
        migrations.AddField(
            model_name='contactnumber',
            name='packages',
            field=models.ManyToManyField(blank=True, help_text='Who has the urgent number; none chosen: everybody.', related_name='+', to='requests.supportpackage'),
        ),
        migrations.AddField(
            model_name='coordinatorprofile',
            name='user',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='coordinator_profile', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='familylink',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='family_links', to='requests.case'),
        ),
        migrations.AddField(
            model_name='patientlink',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='patient_links', to='requests.case'),
        ),
        migrations.AddField(
            model_name='patientstatement',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='statements', to='requests.case'),
        ),
        migrations.AddField(
            model_name='patientstatement',
            name='recorded_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='consent',
            name='statement',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='requests.patientstatement'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('given_in', ''), ('statement', None), ('submission__isnull', False)), models.Q(('given_in', ''), ('statement__isnull', False), ('submission', None)), models.Q(('submission', None), models.Q(('given_in', ''), _negated=True)), _connector='OR'), name='consent_was_given_somewhere', violation_error_code='given_in', violation_error_message='A consent was given with a request, by the patient, or in an earlier case.'),
        ),
        migrations.AddConstraint(
            model_name='patientstatement',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('recorded_by', None), ('way', '')), models.Q(('recorded_by__isnull', False), models.Q(('way', ''), _negated=True)), _connector='OR'), name='recorded_statement_has_a_way', violation_error_code='way', violation_error_message='Say how the consent was given.'),
        ),
    ]
