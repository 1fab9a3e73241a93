"""Contacts outside the portal that the desk notes, and their drafts."""

import django.db.models.deletion
import django.utils.timezone
import portal.core.encryption.fields
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('requests', '0027_assignee'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('sent', 'Request sent'), ('sent_again', 'Request sent again with changes'), ('same_form', 'Same form sent with another contact'), ('quarantined', 'Held for a check'), ('mails_held', 'Automatic e-mails held'), ('released', 'Released'), ('moved', 'Status changed'), ('assigned', 'Assigned'), ('message_in', 'Message from the patient'), ('message_out', 'Message to the patient'), ('no_answer_needed', 'No answer needed'), ('note', 'Note added'), ('contact_logged', 'Contact logged'), ('contact_answered', 'Answered in a call, chat or meeting'), ('estimate_issued', 'Estimate issued'), ('pdf_ready', 'Estimate ready as PDF'), ('address_refused', 'E-mail address refused'), ('link_sent', 'Link to the case sent'), ('link_revoked', 'Link to the case revoked'), ('link_shown', 'Link to the case shown at the desk'), ('sent_by_hand', 'Mail sent again'), ('put_on_hold', 'Put on hold'), ('resumed', 'Hold ended'), ('papers_stated', 'Stated that the discharge papers are in and translated'), ('continued_in', 'Goes on in a new case'), ('continues', 'Opened from an earlier case'), ('fact_corrected', 'Fact corrected'), ('written_down', 'Request written down at the desk'), ('task_asked', 'Task added'), ('task_done', 'Task done'), ('task_withdrawn', 'Task withdrawn'), ('patient_asked', 'Patient asked for their own consent'), ('patient_stated', 'Patient named, with consent'), ('call_moved', 'Call moved to another time'), ('joined_account', 'Taken into the patient’s account'), ('left_account', 'Taken out of the patient’s account'), ('erasure_asked', 'Patient asks to erase the case'), ('family_link_made', 'Family link made'), ('family_link_renewed', 'Family link renewed'), ('family_link_changed', 'Family link shows more or less'), ('family_link_mailed', 'Family link mailed'), ('family_link_revoked', 'Family link revoked')], max_length=20),
        ),
        migrations.AlterField(
            model_name='textdraft',
            name='kind',
            field=models.CharField(choices=[('answer', 'Answer'), ('note', 'Note'), ('contact', 'Contact'), ('last_word', 'Message that ends the case'), ('reason', 'Reason of a move')], max_length=10),
        ),
        migrations.CreateModel(
            name='ContactLog',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('channel', models.CharField(choices=[('phone', 'Phone'), ('whatsapp', 'WhatsApp'), ('telegram', 'Telegram'), ('email', 'E-mail'), ('in_person', 'In person')], max_length=10)),
                ('direction', models.CharField(choices=[('from_patient', 'From the patient'), ('to_patient', 'From us')], max_length=12)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('body', portal.core.encryption.fields.EncryptedTextField()),
                ('is_reached', models.BooleanField(default=True, verbose_name='we reached each other')),
                ('is_answer', models.BooleanField(default=False, verbose_name='counts as our answer')),
                ('form_token', models.CharField(editable=False, max_length=64, null=True, unique=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to='requests.case')),
            ],
            options={
                'ordering': ['at', 'created_at'],
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('is_answer', False), ('is_reached', True), _connector='OR'), name='contact_that_answers_reached', violation_error_code='is_answer', violation_error_message='Who was not reached has no answer yet.')],
            },
        ),
    ]
