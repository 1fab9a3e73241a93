"""A case may be in the account of its patient; what happens to that is an event."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('requests', '0020_people'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='account',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='own_cases', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('sent', 'Request sent'), ('sent_again', 'Request sent again with changes'), ('same_form', 'Same form sent with another contact'), ('quarantined', 'Held for a check'), ('mails_held', 'Automatic e-mails held'), ('released', 'Released'), ('moved', 'Status changed'), ('assigned', 'Assigned'), ('message_in', 'Message from the patient'), ('message_out', 'Message to the patient'), ('no_answer_needed', 'No answer needed'), ('note', 'Note added'), ('estimate_issued', 'Estimate issued'), ('pdf_ready', 'Estimate ready as PDF'), ('address_refused', 'E-mail address refused'), ('link_sent', 'Link to the case sent'), ('link_revoked', 'Link to the case revoked'), ('link_shown', 'Link to the case shown at the desk'), ('sent_by_hand', 'Mail sent again'), ('put_on_hold', 'Put on hold'), ('resumed', 'Hold ended'), ('papers_stated', 'Stated that the discharge papers are in and translated'), ('continued_in', 'Goes on in a new case'), ('continues', 'Opened from an earlier case'), ('fact_corrected', 'Fact corrected'), ('written_down', 'Request written down at the desk'), ('task_asked', 'Task added'), ('task_done', 'Task done'), ('task_withdrawn', 'Task withdrawn'), ('patient_asked', 'Patient asked for their own consent'), ('patient_stated', 'Patient named, with consent'), ('call_moved', 'Call moved to another time'), ('joined_account', 'Taken into the patient’s account'), ('left_account', 'Taken out of the patient’s account'), ('erasure_asked', 'Patient asks to erase the case')], max_length=20),
        ),
    ]
