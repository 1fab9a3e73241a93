"""Cases that are shared with a reviewer, and what is read in an emergency."""

import django.db.models.deletion
import django.utils.timezone
import portal.core.encryption.fields
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('requests', '0033_next_dates_and_end_reasons'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='accessevent',
            name='kind',
            field=models.CharField(choices=[('case', 'case page'), ('estimate', 'estimate'), ('family', 'family link opened'), ('listed', 'name and first words in the list'), ('review', 'medical part, as a reviewer'), ('emergency', 'opened in an emergency')], max_length=10),
        ),
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('sent', 'Request sent'), ('sent_again', 'Request sent again with changes'), ('same_form', 'Same form sent with another contact'), ('quarantined', 'Held for a check'), ('mails_held', 'Automatic e-mails held'), ('released', 'Released'), ('moved', 'Status changed'), ('assigned', 'Assigned'), ('second_owner', 'Second owner changed'), ('handed_over', 'Handed to the substitute of an absent owner'), ('given_back', 'Given back after an absence'), ('message_in', 'Message from the patient'), ('message_out', 'Message to the patient'), ('message_taken_back', 'Message to the patient taken back'), ('no_answer_needed', 'No answer needed'), ('note', 'Note added'), ('contact_logged', 'Contact logged'), ('contact_answered', 'Answered in a call, chat or meeting'), ('estimate_issued', 'Estimate issued'), ('pdf_ready', 'Estimate ready as PDF'), ('address_refused', 'E-mail address refused'), ('link_sent', 'Link to the case sent'), ('link_revoked', 'Link to the case revoked'), ('link_shown', 'Link to the case shown at the desk'), ('sent_by_hand', 'Mail sent again'), ('put_on_hold', 'Put on hold'), ('resumed', 'Hold ended'), ('papers_stated', 'Stated that the discharge papers are in and translated'), ('needs_overridden', 'A lead went on without what the move needs'), ('merged_here', 'Another case merged into this one'), ('unmerged', 'Merged case taken out again'), ('continued_in', 'Goes on in a new case'), ('continues', 'Opened from an earlier case'), ('fact_corrected', 'Fact corrected'), ('written_down', 'Request written down at the desk'), ('task_asked', 'Task added'), ('task_done', 'Task done'), ('task_withdrawn', 'Task withdrawn'), ('patient_asked', 'Patient asked for their own consent'), ('patient_stated', 'Patient named, with consent'), ('call_moved', 'Call moved to another time'), ('joined_account', 'Taken into the patient’s account'), ('left_account', 'Taken out of the patient’s account'), ('erasure_asked', 'Patient asks to erase the case'), ('family_link_made', 'Family link made'), ('family_link_renewed', 'Family link renewed'), ('family_link_changed', 'Family link shows more or less'), ('family_link_mailed', 'Family link mailed'), ('family_link_revoked', 'Family link revoked'), ('review_asked', 'Shared with a reviewer'), ('review_ended', 'No longer shared with a reviewer')], max_length=20),
        ),
        migrations.CreateModel(
            name='CaseReview',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('question', portal.core.encryption.fields.EncryptedTextField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('form_token', models.CharField(editable=False, max_length=64, unique=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to='requests.case')),
                ('reviewer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['created_at'],
                'abstract': False,
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('case', 'reviewer'), name='case_shared_once_with_a_reviewer', violation_error_code='reviewer', violation_error_message='This reviewer has the case already.')],
            },
        ),
    ]
