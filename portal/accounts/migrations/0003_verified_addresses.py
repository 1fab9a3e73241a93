"""Verify the address of each member of staff for allauth: an unverified one kept people from a second factor."""

from django.db import migrations


def verify(apps, schema_editor):
    User = apps.get_model("accounts", "User")
    EmailAddress = apps.get_model("account", "EmailAddress")
    for user in User.objects.filter(is_staff=True).iterator():
        email = user.email.lower()
        EmailAddress.objects.filter(email=email).exclude(user_id=user.pk).delete()
        EmailAddress.objects.filter(user_id=user.pk).exclude(email=email).delete()
        EmailAddress.objects.update_or_create(
            user_id=user.pk, email=email, defaults={"verified": True, "primary": True}
        )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_security_log"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(verify, migrations.RunPython.noop)]
