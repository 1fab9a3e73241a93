"""One consent to questions after coming home, and one for each clinic, stands at a time.

Consents of these purposes come with this release, so no row of the release before is against it.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('requests', '0051_approvals_by_word'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.UniqueConstraint(condition=models.Q(('purpose', 'follow_up'), ('withdrawn_at', None)), fields=('case',), name='one_standing_consent_to_follow_up', violation_error_code='purpose', violation_error_message='This consent stands already.'),
        ),
        migrations.AddConstraint(
            model_name='consent',
            constraint=models.UniqueConstraint(condition=models.Q(('clinic__isnull', False), ('withdrawn_at', None)), fields=('case', 'clinic'), name='one_standing_consent_for_a_clinic', violation_error_code='clinic', violation_error_message='This clinic may see the case already.'),
        ),
    ]
