"""Patients have accounts: a change of address under way, and lines of the security log about them."""

import django.db.models.deletion
import django.utils.timezone
import portal.core.encryption.fields
import portal.core.encryption.primitives
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_unused_time_zone'),
    ]

    operations = [
        migrations.AlterField(
            model_name='securityevent',
            name='kind',
            field=models.CharField(choices=[('sign_in', 'Signed in'), ('sign_in_failed', 'Sign-in failed'), ('sign_out', 'Signed out'), ('throttled', 'Too many attempts'), ('factor_added', 'Second factor added'), ('factor_removed', 'Second factor removed'), ('factor_used', 'Second factor used'), ('factor_failed', 'Second factor failed'), ('codes_made', 'New recovery codes'), ('password_asked', 'Link for a new password asked for'), ('password_changed', 'Password changed'), ('invited', 'Invitation sent'), ('person_changed', 'Account changed'), ('sessions_ended', 'Sessions ended'), ('email_changed', 'E-mail address changed by its owner'), ('account_deleted', 'Account deleted by its owner'), ('refused', 'Refused a page of the desk'), ('exported', 'Exported a list')], max_length=20),
        ),
        migrations.CreateModel(
            name='EmailChange',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('wrapped_key', models.BinaryField(default=portal.core.encryption.primitives.new_wrapped_key)),
                ('new_email', portal.core.encryption.fields.EncryptedTextField()),
                ('failed', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='email_change', to=settings.AUTH_USER_MODEL)),
            ],
        ),
    ]
