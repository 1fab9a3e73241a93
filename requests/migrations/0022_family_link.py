"""Links for the family: what they show, until when, and who opened them."""

import django.db.models.deletion
import django.utils.timezone
import portal.core.encryption.fields
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('requests', '0021_case_account'),
    ]

    operations = [
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
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='family_links', to='requests.case')),
            ],
            options={
                'ordering': ['-created_at'],
                'abstract': False,
            },
        ),
    ]
