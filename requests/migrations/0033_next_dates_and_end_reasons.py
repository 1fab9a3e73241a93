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
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('sent', 'Request sent'), ('sent_again', 'Request sent again with changes'), ('same_form', 'Same form sent with another contact'), ('quarantined', 'Held for a check'), ('mails_held', 'Automatic e-mails held'), ('released', 'Released'), ('moved', 'Status changed'), ('assigned', 'Assigned'), ('message_in', 'Message from the patient'), ('message_out', 'Message to the patient'), ('message_taken_back', 'Message to the patient taken back'), ('no_answer_needed', 'No answer needed'), ('note', 'Note added'), ('contact_logged', 'Contact logged'), ('contact_answered', 'Answered in a call, chat or meeting'), ('estimate_issued', 'Estimate issued'), ('pdf_ready', 'Estimate ready as PDF'), ('address_refused', 'E-mail address refused'), ('link_sent', 'Link to the case sent'), ('link_revoked', 'Link to the case revoked'), ('link_shown', 'Link to the case shown at the desk'), ('sent_by_hand', 'Mail sent again'), ('put_on_hold', 'Put on hold'), ('resumed', 'Hold ended'), ('papers_stated', 'Stated that the discharge papers are in and translated'), ('needs_overridden', 'A lead went on without what the move needs'), ('merged_here', 'Another case merged into this one'), ('unmerged', 'Merged case taken out again'), ('continued_in', 'Goes on in a new case'), ('continues', 'Opened from an earlier case'), ('fact_corrected', 'Fact corrected'), ('written_down', 'Request written down at the desk'), ('task_asked', 'Task added'), ('task_done', 'Task done'), ('task_withdrawn', 'Task withdrawn'), ('patient_asked', 'Patient asked for their own consent'), ('patient_stated', 'Patient named, with consent'), ('call_moved', 'Call moved to another time'), ('joined_account', 'Taken into the patient’s account'), ('left_account', 'Taken out of the patient’s account'), ('erasure_asked', 'Patient asks to erase the case'), ('family_link_made', 'Family link made'), ('family_link_renewed', 'Family link renewed'), ('family_link_changed', 'Family link shows more or less'), ('family_link_mailed', 'Family link mailed'), ('family_link_revoked', 'Family link revoked')], max_length=20),
        ),
        migrations.AddField(
            model_name='case',
            name='end_reason',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cases', to='requests.endreason'),
        ),
    ]
